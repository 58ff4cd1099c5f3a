/** The evaluation cannot go on, for reasons that a person can mend. */
export class CannotEvaluate extends Error {
  override name = 'CannotEvaluate';
  /** Every reason, a line each. */
  constructor(...problems: string[]) {
    super(problems.join('\n'));
  }
}
