/** What a mesh logged to a file, line by line. */
import { readFileSync } from 'node:fs';

export type LogLine = {
  level: string;
  service: string;
  msg: string;
  traceId?: string;
  requestId?: string;
  correlationId?: string;
  [key: string]: unknown;
};

/** The structured ones so far. */
export const logLines = (file: string): LogLine[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogLine);

export const isTrouble = ({ level }: LogLine): boolean => level !== 'info' && level !== 'debug';
