/**
 * What food or insulin at a moment does to each draw afterwards: mg/dL added per gram, or the logarithm per unit of the
 * factor by which glucose is multiplied.
 */
export interface EffectCurve {
  stream: "meal" | "bolus";
  start_min: number;
  response: number[][];
}

/** With which this device goes on forecasting while it cannot reach the service; axes are draw, time. */
export interface OfflineTwin {
  format: "glucotwin-offline";
  version: number;
  person_id: string;
  origin: string;
  t_min: number[];
  mean_mgdl: number[][];
  spread_mgdl: number[][];
  effects: EffectCurve[];
  twin_version: string;
  limits: string;
}
