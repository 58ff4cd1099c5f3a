/** What is known of one radiograph so far; each joint is told once, whoever says it again. */
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import type { BodyPart, MissingReason } from '../answer/schemas.ts';
import type { JointOutcome } from './from-proto.ts';

export type Listener = {
  onBodyPart(bodyPart: BodyPart): void;
  onJoint(joint: JointName, outcome: JointOutcome): void;
};

/** A step that is away might have come back. */
const FOR_WANT_OF_TIME: ReadonlySet<MissingReason> = new Set(['deadline', 'unavailable']);

export class Gathered {
  bodyPart: BodyPart | undefined;
  readonly #joints = new Map<JointName, JointOutcome>();
  readonly #listener: Listener;
  #closed = false;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  addBodyPart(bodyPart: BodyPart): void {
    if (this.#closed || this.bodyPart) return;
    this.bodyPart = bodyPart;
    this.#listener.onBodyPart(bodyPart);
  }

  addJoint(joint: JointName, outcome: JointOutcome): void {
    if (this.#closed || this.#joints.has(joint)) return;
    this.#joints.set(joint, outcome);
    this.#listener.onJoint(joint, outcome);
  }

  /** The body part is known and every joint is done: no more time would have changed the answer. */
  get isWhole(): boolean {
    const outcomes = [...this.#joints.values()];
    return (
      this.bodyPart !== undefined &&
      outcomes.length === JOINT_NAMES.length &&
      outcomes.every((outcome) => !('missing' in outcome && FOR_WANT_OF_TIME.has(outcome.missing)))
    );
  }

  /** Joints that nobody spoke of are missing for this reason. */
  complete(reason: MissingReason): void {
    for (const joint of JOINT_NAMES) this.addJoint(joint, { missing: reason });
  }

  /** The answer is on its way: what comes now comes too late. */
  close(): void {
    this.#closed = true;
  }

  /** In anatomical order. */
  get joints(): [JointName, JointOutcome][] {
    return JOINT_NAMES.flatMap((joint) => {
      const outcome = this.#joints.get(joint);
      return outcome ? [[joint, outcome] satisfies [JointName, JointOutcome]] : [];
    });
  }
}
