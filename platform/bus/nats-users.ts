/** The permissions as a part of nats-server's configuration: a role is whoever shows a certificate with its DNS name. */
import { PERMISSIONS, type Permissions } from './permissions.ts';

export function natsUsers(): string {
  const users = Object.entries(PERMISSIONS).map(
    ([role, { publish, subscribe }]: [string, Permissions]) =>
      `    {\n      user: ${JSON.stringify(role)}\n      permissions: {\n        publish: { allow: ${list(publish)} }\n        subscribe: { allow: ${list(subscribe)} }\n      }\n    }`,
  );
  return `# Made of platform/bus/permissions.ts.\nauthorization: {\n  users: [\n${users.join('\n')}\n  ]\n}\n`;
}

const list = (subjects: readonly string[]): string =>
  `[${subjects.map((subject) => JSON.stringify(subject)).join(', ')}]`;
