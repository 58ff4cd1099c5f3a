/** The joints that are scored, in the order of every table, message and tensor of the project. */
import { Joint } from '#proto/deepxray/v1/scoring.ts';

/** `pip1` is the thumb's interphalangeal joint: the thumb has no PIP. */
export const JOINT_NAMES = [
  'mcp1',
  'mcp2',
  'mcp3',
  'mcp4',
  'mcp5',
  'pip1',
  'pip2',
  'pip3',
  'pip4',
  'pip5',
] as const;

export type JointName = (typeof JOINT_NAMES)[number];

export const isMcp = (joint: JointName): boolean => joint.startsWith('mcp');

/** Ray of the hand, 1 (thumb) to 5 (little finger). */
export const fingerOf = (joint: JointName): number => Number(joint.at(-1));

const PROTO_OF = {
  mcp1: Joint.JOINT_MCP1,
  mcp2: Joint.JOINT_MCP2,
  mcp3: Joint.JOINT_MCP3,
  mcp4: Joint.JOINT_MCP4,
  mcp5: Joint.JOINT_MCP5,
  pip1: Joint.JOINT_PIP1,
  pip2: Joint.JOINT_PIP2,
  pip3: Joint.JOINT_PIP3,
  pip4: Joint.JOINT_PIP4,
  pip5: Joint.JOINT_PIP5,
} satisfies Record<JointName, Joint>;

const NAME_OF = new Map<Joint, JointName>(JOINT_NAMES.map((name) => [PROTO_OF[name], name]));

export const jointToProto = (joint: JointName): Joint => PROTO_OF[joint];

/** Undefined for a joint that this version does not know, as a newer pod may send. */
export const jointFromProto = (joint: Joint): JointName | undefined => NAME_OF.get(joint);
