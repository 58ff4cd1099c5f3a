/** 8-bit grey pixels, row-major: 0 is dark film, 255 dense bone. */
export type GreyImage = { width: number; height: number; pixels: Uint8Array };

/**
 * A point in pixels of an image, or a fraction of a frame. Continuous: the origin is the outer
 * corner of the top left pixel, so a pixel's centre lies at its index + 0.5. x right, y down.
 */
export type Point = { x: number; y: number };

/** How far a radiograph is turned clockwise from fingers-up. */
export const TURNS = [0, 90, 180, 270] as const;
export type TurnDeg = (typeof TURNS)[number];

export const isTurn = (deg: number): deg is TurnDeg => (TURNS as readonly number[]).includes(deg);

export const unit = ({ x, y }: Point): Point => {
  const length = Math.max(Math.hypot(x, y), 1e-9);
  return { x: x / length, y: y / length };
};

/** Whether the pixels are as many as the size says. */
export const isWhole = ({ width, height, pixels }: GreyImage): boolean =>
  width > 0 && height > 0 && pixels.byteLength === width * height;
