/** Turns a film on which bone is dark into one on which it is bright, in place. */
export function invert(pixels: Uint8Array): void {
  for (let index = 0; index < pixels.length; index++) pixels[index] = 255 - pixels[index]!;
}
