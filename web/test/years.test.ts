import { describe, expect, it } from "vitest";
import type { RecordedFacts, YearsAhead } from "../src/api/types.ts";
import { personOf } from "../src/text/regimen.ts";
import { courseOfEvent, describedFrom, eventsOf, ofHundred, upperShare } from "../src/text/years.ts";

const ahead: YearsAhead[] = [
  {
    name: "",
    hba1c_pct: 8,
    courses: [{ event: "death", text: "death", risk_by_year: [0.01, 0.03] }],
    risks: [],
    refused: [],
  },
];

describe("the years ahead", () => {
  it("fill in a form with what the record says", () => {
    const known: RecordedFacts = {
      values: {
        hba1c_pct: 7.9,
        statin: true,
        sex: "female",
        drugs: ["finerenone"],
        diabetes_type: "type1",
        mean_glucose_mgdl: 180,
      },
      origins: {},
      days: {},
      cautions: [],
    };
    const filled = describedFrom(known);
    expect(filled.form.hba1c_pct).toBe(7.9);
    expect(filled.facts.statin).toBe(true);
    expect(filled.sex).toBe("female");
    expect(filled.region).toBe("moderate");
    const asked = personOf(filled);
    expect(asked).toMatchObject({ hba1c_pct: 7.9, drugs: ["finerenone"], diabetes_type: "type1", smoker: false });
    expect(asked).not.toHaveProperty("mean_glucose_mgdl");
  });

  it("name their events and courses", () => {
    expect(eventsOf(ahead)).toEqual([{ event: "death", text: "death" }]);
    expect(courseOfEvent(ahead[0] as YearsAhead, "death")).toEqual([0.01, 0.03]);
    expect(courseOfEvent(ahead[0] as YearsAhead, "stroke")).toEqual([]);
  });

  it("stand on a round scale and in whole people", () => {
    expect(upperShare([0.01, 0.12])).toBe(0.2);
    expect(upperShare([0.9])).toBe(1);
    expect(ofHundred(0.002)).toBeNull();
    expect(ofHundred(0.156)).toBe(16);
    expect(ofHundred(0)).toBe(0);
  });
});
