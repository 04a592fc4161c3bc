import uPlot from "uplot";
import { clock, offsetMin } from "../text/time.ts";
import { type GlucoseUnit, glucoseDigits, glucoseIn, thresholdIn } from "../text/unit.ts";
import { type ChartModel, type Colour, joined, type Line } from "./model.ts";

/** What a drawing needs to know about its reader. */
export interface Look {
  unit: GlucoseUnit;
  zone: string;
  locale: string;
  colour: (name: Colour) => string;
  range: [number, number];
}

const HOUR_S = 3600;
const TICK_HOURS = [1, 2, 3, 4, 6, 12, 24];
const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** The chart's values as uPlot takes them: seconds, and glucose in the reader's unit. */
export function dataOf(model: ChartModel, unit: GlucoseUnit): uPlot.AlignedData {
  const { x, y } = joined(model.lines);
  const shown = y.map((values) => values.map((one) => (typeof one === "number" ? glucoseIn(one, unit) : one)));
  return [x.map((at) => at / 1000), ...shown] as uPlot.AlignedData;
}

/** How uPlot is to draw the model; `latest` gives the model of the moment, so that dragging needs no new chart. */
export function optionsOf(
  latest: () => ChartModel,
  look: () => Look,
  size: { width: number; height: number },
): uPlot.Options {
  const model = latest();
  return {
    ...size,
    padding: [12, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => [latest().from / 1000, latest().to / 1000] },
      y: { range: () => look().range.map((one) => glucoseIn(one, look().unit)) as [number, number] },
    },
    axes: [timeAxis(look), glucoseAxis(latest, look)],
    series: [{}, ...model.lines.map((line) => seriesOf(line, look))],
    hooks: {
      drawClear: [(plot) => drawBehind(plot, latest(), look())],
      draw: [(plot) => drawBefore(plot, latest(), look())],
    },
  };
}

function seriesOf(line: Line, look: () => Look): uPlot.Series {
  const colour = (): string => look().colour(line.colour);
  const isMark = line.kind === "points" || line.kind === "rings";
  return {
    label: line.label,
    stroke: colour,
    width: isMark ? 0 : 2.5,
    ...(line.kind === "dashed" ? { dash: [7, 5] } : {}),
    ...(line.kind === "dotted" ? { dash: [2, 4] } : {}),
    ...(isMark ? { paths: () => null } : {}),
    points: {
      show: isMark,
      size: line.kind === "rings" ? 7 : 6,
      width: line.kind === "rings" ? 1.5 : 0,
      stroke: colour,
      fill: () => look().colour(line.kind === "rings" ? "surface" : line.colour),
    },
  };
}

function timeAxis(look: () => Look): uPlot.Axis {
  return {
    font: FONT,
    size: 32,
    gap: 6,
    stroke: () => look().colour("muted"),
    grid: { show: false },
    ticks: { show: false },
    splits: (plot, _axis, from, to) => localHours(from, to, plot.width, look().zone),
    values: (_plot, splits) => splits.map((at) => clock(at * 1000, look().zone, look().locale)),
  };
}

/** Full local hours, so many apart that their labels do not touch. */
export function localHours(fromS: number, toS: number, widthPx: number, zone: string): number[] {
  const most = Math.max(2, Math.floor(widthPx / 72));
  const hours = TICK_HOURS.find((one) => (toS - fromS) / (one * HOUR_S) <= most) ?? 24;
  const step = hours * HOUR_S;
  const shift = offsetMin(fromS * 1000, zone) * 60;
  const first = Math.ceil((fromS + shift) / step) * step - shift;
  const ticks: number[] = [];
  for (let at = first; at <= toS; at += step) ticks.push(at);
  return ticks;
}

function glucoseAxis(latest: () => ChartModel, look: () => Look): uPlot.Axis {
  return {
    font: FONT,
    size: 40,
    gap: 6,
    stroke: () => look().colour("muted"),
    grid: { show: false },
    ticks: { show: false },
    splits: () => {
      const { unit, range } = look();
      const { low, high } = latest().target;
      const wanted = [54, low, high, 250].filter((one) => one > range[0] && one < range[1]);
      return [...wanted, ...(range[1] >= 330 ? [350] : [])].map((one) => thresholdIn(one, unit));
    },
    values: (_plot, splits) => splits.map((one) => one.toFixed(glucoseDigits(look().unit))),
  };
}

function drawBehind(plot: uPlot, model: ChartModel, look: Look): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  const y = (mgdl: number): number => plot.valToPos(thresholdIn(mgdl, look.unit), "y", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.fillStyle = look.colour("target");
  ctx.fillRect(left, y(model.target.high), width, y(model.target.low) - y(model.target.high));
  for (const [mgdl, name] of [
    [54, "grid"],
    [250, "grid"],
    [model.target.low, "target-edge"],
    [model.target.high, "target-edge"],
  ] as const) {
    rule(ctx, look.colour(name), [left, y(mgdl), left + width, y(mgdl)]);
  }
  for (const ribbon of model.ribbons) {
    ctx.fillStyle = look.colour(ribbon.colour);
    fillRibbon(plot, ribbon, look.unit);
  }
  ctx.restore();
}

function fillRibbon(plot: uPlot, ribbon: ChartModel["ribbons"][number], unit: GlucoseUnit): void {
  const { ctx } = plot;
  const edge = (values: readonly (number | null)[]): [number, number][] =>
    ribbon.x.flatMap((at, index) => {
      const value = values[index];
      if (value === null || value === undefined) return [];
      return [[plot.valToPos(at / 1000, "x", true), plot.valToPos(glucoseIn(value, unit), "y", true)]];
    });
  ctx.beginPath();
  for (const [x, y] of [...edge(ribbon.high), ...edge(ribbon.low).reverse()]) ctx.lineTo(x, y);
  ctx.closePath();
  ctx.fill();
}

function drawBefore(plot: uPlot, model: ChartModel, look: Look): void {
  const { ctx } = plot;
  const { top, height } = plot.bbox;
  if (model.now) {
    const x = plot.valToPos(model.now / 1000, "x", true);
    ctx.save();
    ctx.setLineDash([3 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
    rule(ctx, look.colour("muted"), [x, top, x, top + height]);
    ctx.restore();
  }
}

function rule(ctx: CanvasRenderingContext2D, colour: string, [x0, y0, x1, y1]: [number, number, number, number]): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = uPlot.pxRatio;
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
