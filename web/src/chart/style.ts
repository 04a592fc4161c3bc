/** How a line of a chart is told apart: by dash as well as by colour. */
export interface LineStyle {
  colour: string;
  dash: string;
}

/** What the other lines are compared with. */
export const COMPARED_WITH: LineStyle = { colour: "var(--muted)", dash: "2 4" };

const STYLES: readonly LineStyle[] = [
  { colour: "var(--curve)", dash: "" },
  { colour: "var(--other)", dash: "10 4" },
  { colour: "var(--third)", dash: "10 4 2 4" },
  COMPARED_WITH,
];

/** The style of one line among others; after the fourth they come again. */
export const lineStyle = (index: number): LineStyle => STYLES[index % STYLES.length] ?? COMPARED_WITH;
