/** The models of the walk, as the repository of the model servers names them. */
export const MODEL_NAMES = ['body-part', 'joint-localisation', 'joint-refinement', 'joint-scoring'] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

export const isModelName = (text: string): text is ModelName =>
  (MODEL_NAMES as readonly string[]).includes(text);
