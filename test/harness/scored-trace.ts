/** What the trace of a good request is, as `traceTree` writes it. */

/** A tree as it stands in a test, indented by eight. */
export const tree = (text: string): string => text.replace(/^\n/, '').replaceAll(/^ {8}/gm, '');

export const SCORED = tree(`
        gateway: POST /score
          gateway: deepxray.v1.ScoringService/ScoreStream
            orchestrator: deepxray.v1.ScoringService/ScoreStream
              orchestrator: decode radiograph
              orchestrator: knock at steps
              orchestrator: send deepxray.body-part.work
                body-part: process deepxray.body-part.work
                  body-part: inference.GRPCInferenceService/ModelInfer
                    model-server: inference.GRPCInferenceService/ModelInfer
                      model-server: infer body-part
              orchestrator: send deepxray.joint-extraction.work
                joint-extraction: process deepxray.joint-extraction.work
                  joint-extraction: extract joint ×10
                    joint-extraction: cut crop
                    joint-extraction: inference.GRPCInferenceService/ModelInfer
                      model-server: inference.GRPCInferenceService/ModelInfer
                        model-server: infer joint-refinement
                    joint-extraction: send deepxray.joint-scoring.work
                      joint-scoring: process deepxray.joint-scoring.work
                        joint-scoring: inference.GRPCInferenceService/ModelInfer
                          model-server: inference.GRPCInferenceService/ModelInfer
                            model-server: infer joint-scoring
                        joint-scoring: send deepxray.scores.{orchestrator} [scored]
                          orchestrator: process deepxray.scores.{orchestrator} [scored]
                  joint-extraction: inference.GRPCInferenceService/ModelInfer
                    model-server: inference.GRPCInferenceService/ModelInfer
                      model-server: infer joint-localisation
                  joint-extraction: pull radiograph
                    joint-extraction: send deepxray.pieces.{orchestrator}.{correlation} ×2
                      orchestrator: process deepxray.pieces.{orchestrator}.{correlation}`);

/** The same from the orchestrator on, for one joint. */
export const ONE_SCORED = SCORED.split('\n')
  .slice(2)
  .map((line) => line.slice(4))
  .join('\n')
  .replace('ScoreStream', 'Score')
  .replace(' ×10', '');
