/** Setting a turned square upright, and where its points and directions lie on the turned film. */
import type { GreyImage, Point, TurnDeg } from './grey-image.ts';

/** The square turned counter-clockwise by `turnedClockwise`: fingers up. */
export function setUpright(square: GreyImage, turnedClockwise: TurnDeg): GreyImage {
  if (turnedClockwise === 0) return square;
  const side = square.width;
  const pixels = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [fromX, fromY] =
        turnedClockwise === 90
          ? [side - 1 - y, x]
          : turnedClockwise === 180
            ? [side - 1 - x, side - 1 - y]
            : [y, side - 1 - x];
      pixels[y * side + x] = square.pixels[fromY * side + fromX]!;
    }
  }
  return { width: side, height: side, pixels };
}

/** From a direction on the upright hand to the direction on the film as it lies. */
export function directionAsItLies({ x, y }: Point, turnedClockwise: TurnDeg): Point {
  if (turnedClockwise === 90) return { x: -y, y: x };
  if (turnedClockwise === 180) return { x: -x, y: -y };
  if (turnedClockwise === 270) return { x: y, y: -x };
  return { x, y };
}

/** From a fraction of the upright square to a fraction of the square as it lies. */
export function fractionAsItLies({ x, y }: Point, turnedClockwise: TurnDeg): Point {
  const fromCentre = directionAsItLies({ x: x - 0.5, y: y - 0.5 }, turnedClockwise);
  return { x: fromCentre.x + 0.5, y: fromCentre.y + 0.5 };
}
