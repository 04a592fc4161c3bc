const RADIUS = 6;

/** Corners of marks around a middle, in half widths: points are told apart by shape as well as by colour. */
const SHAPES: readonly (readonly (readonly [number, number])[])[] = [
  Array.from({ length: 16 }, (_, index) => [Math.cos((index * Math.PI) / 8), Math.sin((index * Math.PI) / 8)] as const),
  [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  [
    [0, -1.15],
    [1.05, 0.8],
    [-1.05, 0.8],
  ],
  [
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ],
];

/** The outline of one mark among others; after the fourth they come again. */
export function markPath(index: number, x: number, y: number): string {
  const corners = (SHAPES[index % SHAPES.length] ?? []).map(
    ([right, down]) => `${(x + RADIUS * right).toFixed(1)} ${(y + RADIUS * down).toFixed(1)}`,
  );
  return `M${corners.join("L")}Z`;
}
