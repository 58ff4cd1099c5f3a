/** What OpenAPI says of `POST /score`, made of the schemas that serialise its answers. */
import { Type } from '@sinclair/typebox';
import { IMAGE_FORMATS } from '#platform/domain/image-format.ts';
import { MODEL_NAMES } from '#platform/domain/models.ts';
import { ERROR_CODES, type ErrorCode } from '#platform/errors/code.ts';
import { CLIENT_CLOSED_REQUEST, PROBLEMS } from '#platform/errors/problem.ts';
import { PROBLEM_TYPE } from '../answer/problems.ts';
import { Answer, DeadlineProblem, problemSchema } from '../answer/schemas.ts';
import { PARAMETER } from '../request/model-versions.ts';
import { DEFAULT_WAIT_S, LONGEST_WAIT_S, SHORTEST_WAIT_S } from '../request/prefer.ts';
import { FIELD } from '../request/read-upload.ts';

const EVENTS = `
With \`Accept: text/event-stream\`, events as they come: \`body-part\` (as in the answer); one \`joint\` for each of the
ten as it is done, \`{"joint":"mcp1", …the fields of ScoredJoint}\` or \`{"joint":"pip5","missing":"off-film"}\`; last
\`completed\`, the whole answer with \`"status"\` 200 or 504, or \`problem\`. The head waits for the body part, so a
refusal is a plain problem here too. A comment line comes every 10 s.`;

const AGAIN = `
Where a \`Retry-After\` comes, or the connection breaks before an answer does, ask once more, in the second case after some
seconds. That is safe: a film has the same scores each time, and a scoring changes nothing.`;

const REQUEST_ID = { 'X-Request-Id': Type.String({ description: 'Taken from the request, or made.' }) };
const APPLIED = { 'Preference-Applied': Type.String({ description: 'The deadline that holds, as wait=N.' }) };
const RETRY_AFTER = { 'Retry-After': Type.Integer({ description: 'Whole seconds.' }) };

export const scoreDocumentation = (maxUploadBytes: number) => ({
  tags: ['scoring'],
  operationId: 'score',
  summary: 'Score the finger joints of a radiograph of a left hand',
  description: `Ratingen erosion scores, 0 to 5, of MCP 1–5 and PIP 1–5. For research use only: no answer is a diagnosis.\n${EVENTS}\n${AGAIN}`,
  consumes: ['multipart/form-data'],
  body: Type.Object({
    [FIELD]: Type.Unsafe<unknown>({
      type: 'string',
      format: 'binary',
      description: `The radiograph: ${IMAGE_FORMATS.join(', ')}; 8 or 16 bit; at most ${maxUploadBytes} bytes.`,
    }),
  }),
  querystring: Type.Object({
    [PARAMETER]: Type.Optional(
      Type.String({
        description: `The versions of the models to score with, as model:version, separated by commas, for ${MODEL_NAMES.join(', ')}; the system's choice of those that are left out. One that is not served is a 400; answers name the version that scored.`,
        examples: ['joint-scoring:1'],
      }),
    ),
  }),
  headers: Type.Object({
    prefer: Type.Optional(
      Type.String({
        description: `wait=N: the answer comes within N seconds, decimal, ${SHORTEST_WAIT_S} to ${LONGEST_WAIT_S}; ${DEFAULT_WAIT_S} if absent. What is done by then comes as a 504 that names all ten joints.`,
        examples: ['wait=2.5'],
      }),
    ),
    'x-request-id': Type.Optional(
      Type.String({ description: 'Given back, and in our logs and traces: 1 to 128 of A–Z a–z 0–9 . _ ~ -' }),
    ),
    traceparent: Type.Optional(Type.String({ description: 'W3C trace context.' })),
  }),
  response: {
    200: {
      description: 'Every joint is scored, or missing with its reason.',
      headers: { ...REQUEST_ID, ...APPLIED },
      content: {
        'application/json': { schema: Answer },
        'text/event-stream': { schema: Type.String({ description: EVENTS }) },
      },
    },
    ...problemResponses(),
    504: {
      description: 'The deadline came first; with all that was done by then.',
      headers: { ...REQUEST_ID, ...APPLIED },
      content: { [PROBLEM_TYPE]: { schema: DeadlineProblem } },
    },
  },
});

/** Of other paths, and of a client that is not there to read it. */
const NOT_OF_SCORE: readonly ErrorCode[] = [
  'not-found',
  'method-not-allowed',
  'cancelled',
  'deadline-exceeded',
];

function problemResponses(): Record<number, object> {
  const codes = ERROR_CODES.filter((code) => !NOT_OF_SCORE.includes(code));
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status as number);
  byStatus.delete(CLIENT_CLOSED_REQUEST);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      problemResponse(codes, status === 429 || status === 503),
    ]),
  );
}

export const problemResponse = (codes: readonly ErrorCode[], passes: boolean) => ({
  description: codes.map((code) => `${PROBLEMS[code].title} (\`/problems/${code}\`).`).join(' '),
  headers: { ...REQUEST_ID, ...(passes ? RETRY_AFTER : {}) },
  content: { [PROBLEM_TYPE]: { schema: problemSchema(codes) } },
});
