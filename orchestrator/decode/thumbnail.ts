/** The whole radiograph at a glance: scaled once, for the body part and for the first look for joints alike. */
import type { GreyImage } from '#platform/image/grey-image.ts';
import { fitToSquare } from '#platform/image/letterbox.ts';

/** Longer side, pixels: what both networks look at. */
const THUMBNAIL_SIDE_PX = 256;

/** A radiograph that is smaller stays as it is. */
export const thumbnailOf = (radiograph: GreyImage): GreyImage =>
  Math.max(radiograph.width, radiograph.height) <= THUMBNAIL_SIDE_PX
    ? radiograph
    : fitToSquare(radiograph, THUMBNAIL_SIDE_PX);
