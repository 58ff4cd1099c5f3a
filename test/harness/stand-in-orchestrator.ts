/**
 * Stands in for the orchestrator where a test needs what the real one cannot be made to do on demand:
 * fall silent, say a joint twice, die after three. A real gRPC server, with canned events.
 */
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { JOINT_NAMES, type JointName, jointToProto } from '#platform/domain/joints.ts';
import { addHealth } from '#platform/grpc/health.ts';
import { WALK } from '#platform/grpc/walk-health.ts';
import {
  BodyPartKind,
  Completed_Outcome,
  type JointResult,
  MissingReason,
  type ScoreChunk,
  type ScoreEvent,
  type ScoreResponse,
  ScoringServiceService,
} from '#proto/deepxray/v1/scoring.ts';

export type Call = ServerDuplexStream<ScoreChunk, ScoreEvent>;
export type Script = (call: Call) => void | Promise<void>;

export type StandIn = {
  address: string;
  calls: Call[];
  /** What it does with the next calls. */
  script: Script;
  setReady(ready: boolean): void;
  /** At once, cutting connections. */
  stop(): void;
};

export async function startStandIn(script: Script, port = 0): Promise<StandIn> {
  const server = new Server();
  const calls: Call[] = [];
  const standIn = {
    calls,
    script,
    address: '',
    setReady: (ready: boolean) => health.set(WALK, ready),
    stop: () => server.forceShutdown(),
  };
  server.addService(ScoringServiceService, {
    score: () => undefined,
    scoreStream: (call: Call) => {
      calls.push(call);
      call.on('error', () => undefined);
      const play = async () => standIn.script(call);
      // What is read of a call ends early where its client leaves: no fault of the script.
      void play().catch((thrown) => {
        if (thrown.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw thrown;
      });
    },
  } as never);
  const health = addHealth(server, [WALK]);
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error ? reject(error) : resolve(at),
    ),
  );
  standIn.address = `127.0.0.1:${bound}`;
  return standIn;
}

/** The whole file, once its end came. */
export async function fileOf(call: Call): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of call as AsyncIterable<ScoreChunk>) pieces.push(chunk.xray);
  return Buffer.concat(pieces);
}

export const cancelled = (call: Call): Promise<void> =>
  new Promise((resolve) => {
    if (call.cancelled) resolve();
    call.once('cancelled', () => resolve());
  });

const LEFT_HAND = {
  kind: BodyPartKind.BODY_PART_KIND_LEFT_HAND,
  probability: 0.998,
  turnedClockwiseDeg: 90,
  inverted: false,
  given: false,
  model: { name: 'body-part', version: '1' },
};

export const sendBodyPart = (call: Call): void =>
  void call.write({ event: { $case: 'bodyPart', value: LEFT_HAND } });

export const sendJoint = (call: Call, value: JointResult): void =>
  void call.write({ event: { $case: 'joint', value } });

export function sendCompleted(call: Call, joints: JointResult[], deadline = false): void {
  const response: ScoreResponse = {
    requestId: 'of-the-orchestrator',
    traceId: '0'.repeat(32),
    researchUseOnly: true,
    bodyPart: LEFT_HAND,
    joints,
  };
  const outcome = deadline ? Completed_Outcome.OUTCOME_DEADLINE : Completed_Outcome.OUTCOME_COMPLETE;
  call.write({ event: { $case: 'completed', value: { outcome, response } } });
  call.end();
}

export const scored = (joint: JointName, score: number): JointResult => ({
  joint: jointToProto(joint),
  result: {
    $case: 'scored',
    value: {
      score,
      probabilities: [0, 0, 0, 0, 0, 0].map((_, grade) => Number(grade === score)),
      erosionPercent: score * 20,
      doubtful: false,
      localisationConfidence: 0.5,
      box: { x: 1, y: 2, width: 3, height: 4 },
      model: { name: 'joint-scoring', version: '1' },
      positionGiven: false,
    },
  },
});

export const missing = (joint: JointName, reason: MissingReason): JointResult => ({
  joint: jointToProto(joint),
  result: { $case: 'missing', value: { reason } },
});

/** Nine scored, grade 0 among them, and the last joint off the film. */
export const TEN: JointResult[] = JOINT_NAMES.map((joint, index) =>
  joint === 'pip5' ? missing(joint, MissingReason.MISSING_REASON_OFF_FILM) : scored(joint, index % 6),
);

/** As the real one does when all goes well. */
export const wellBehaved: Script = async (call) => {
  await fileOf(call);
  sendBodyPart(call);
  for (const result of TEN) sendJoint(call, result);
  sendCompleted(call, TEN);
};
