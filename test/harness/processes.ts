/** The processes of one mesh, as the system itself lists them: found by `--role=`, below one launcher. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export type MeshProcess = {
  pid: number;
  /** The value of `--role=`, or `nats-server`. */
  role: string;
  /** As `ps` has it: R running, S sleeping, T stopped, Z dead and not yet collected. */
  state: string;
};

const ROLE = /--role=(\S+)/;
const NATS = /(?:^|\/)nats-server /;

export function processesBelow(launcherPid: number): MeshProcess[] {
  return listAll().flatMap(({ pid, parent, state, command }) => {
    const role = roleOf(command);
    return parent === launcherPid && role !== undefined ? [{ pid, role, state }] : [];
  });
}

/** Of processes that once were a mesh's, those that live on, whoever their parent is by now. */
export function stillAlive(known: readonly MeshProcess[]): MeshProcess[] {
  const now = new Map(listAll().map((one) => [one.pid, one]));
  return known.filter(({ pid, role }) => {
    const one = now.get(pid);
    return one !== undefined && roleOf(one.command) === role && !one.state.startsWith('Z');
  });
}

/** The child of a process whose command line holds `text`. */
export const childOf = (parent: number, text: string): number | undefined =>
  listAll().find((one) => one.parent === parent && one.command.includes(text))?.pid;

const roleOf = (command: string): string | undefined =>
  ROLE.exec(command)?.[1] ?? (NATS.test(`${command} `) ? 'nats-server' : undefined);

type Listed = { pid: number; parent: number; state: string; command: string };

const listAll = (): Listed[] => (existsSync('/proc/self/stat') ? listFromProc() : listFromPs());

function listFromProc(): Listed[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // The program's name, in brackets, may itself hold brackets and spaces.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(name), parent: Number(parent), state: state!, command }];
    } catch {
      return []; // Gone since it was listed.
    }
  });
}

function listFromPs(): Listed[] {
  const listing = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  return listing.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), state: state!, command }];
  });
}
