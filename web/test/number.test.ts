import { describe, expect, it } from "vitest";
import { decimal, glucose, MISSING, signed, significant, threshold, wholePercentages } from "../src/text/number.ts";
import { glucoseIn, mgdlFrom, thresholdIn } from "../src/text/unit.ts";

describe("glucose", () => {
  it("is shown in whole mg/dL and tenths of mmol/L", () => {
    expect(glucose(154.4, "mg/dL", "en")).toBe("154");
    expect(glucose(154.4, "mmol/L", "en")).toBe("8.6");
    expect(glucose(154.4, "mmol/L", "de")).toBe("8,6");
    expect(glucose(null, "mg/dL", "en")).toBe(MISSING);
  });

  it("goes there and back between the units", () => {
    expect(mgdlFrom(glucoseIn(123, "mmol/L"), "mmol/L")).toBeCloseTo(123, 10);
  });

  // The consensus defines these bounds in both units; 54 mg/dL would convert to 2.997 and 250 to 13.877.
  it.each([
    [54, "3.0"],
    [63, "3.5"],
    [70, "3.9"],
    [140, "7.8"],
    [180, "10.0"],
    [250, "13.9"],
  ])("has the defined bound %d mg/dL = %s mmol/L", (mgdl, shown) => {
    expect(threshold(mgdl, "mmol/L", "en")).toBe(shown);
    expect(thresholdIn(mgdl, "mg/dL")).toBe(mgdl);
  });
});

describe("numbers", () => {
  it("have no negative zero and no sign at zero", () => {
    expect(decimal(-0.04, 1, "en")).toBe("0.0");
    expect(signed(0.2, 0, "en")).toBe("0");
    expect(signed(-3.4, 0, "en")).toBe("−3");
    expect(signed(3.4, 0, "en")).toBe("+3");
  });

  it("keep three significant digits at any size", () => {
    expect(significant(0.000_523_4, "en")).toBe("0.000523");
    expect(significant(128.4, "en")).toBe("128");
  });

  it.each([
    [[1 / 3, 1 / 3, 1 / 3], 0],
    [[0.829_558, 0.148_542, 0.003_754, 0.014_14, 0.004_006], 1],
    [[0.995, 0.005], 0],
    [[1, 0, 0], 0],
  ])("are percentages that add to 100: %j", (fractions, digits) => {
    const whole = wholePercentages(fractions, digits);
    expect(whole.reduce((sum, one) => sum + one, 0)).toBeCloseTo(100, 9);
    whole.forEach((one, index) => {
      expect(Math.abs(one - 100 * (fractions[index] ?? 0))).toBeLessThan(1 / 10 ** digits);
    });
  });
});
