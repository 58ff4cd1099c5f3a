/** What a caller may be allowed to do. */

export const SCOPES = ['score', 'metrics', 'admin'] as const;
/** score: have radiographs scored. metrics: read the figures. admin: all of it, and gRPC reflection. */
export type Scope = (typeof SCOPES)[number];

/** What a path or a call asks for: a scope, any credential that holds, or nothing. */
export type Need = Scope | 'any' | 'nothing';

export type Caller = {
  /** Whoever the provider or the file of keys says it is: told apart by `by`. */
  subject: string;
  by: 'token' | 'api-key';
  /** The OAuth client that got the token, where it says so. */
  client?: string;
  scopes: ReadonlySet<Scope>;
};

export const isScope = (word: string): word is Scope => (SCOPES as readonly string[]).includes(word);

export const mayDo = ({ scopes }: Caller, need: Need): boolean =>
  need === 'any' || need === 'nothing' || scopes.has(need) || scopes.has('admin');

/** One client's requests are counted together, over all its connections. */
export const clientKeyOf = ({ by, subject }: Caller): string => `${by}:${subject}`;
