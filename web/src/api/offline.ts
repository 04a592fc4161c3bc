import type { components } from "./interface";
/**
 * What an amount of food or insulin at a moment does to each draw afterwards: mg/dL added per gram, or the logarithm per
 * unit of the factor by which glucose is multiplied.
 */
export type EffectCurve = components["schemas"]["EffectCurveJson"];

/** With which this device goes on forecasting while it cannot reach the service; axes are draw, time. */
export type OfflineTwin = components["schemas"]["OfflineTwin"];
