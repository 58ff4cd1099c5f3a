/** The .proto file goes along, for those who generate stubs in other languages. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'proto/deepxray/v1/scoring.proto';
cpSync(join(import.meta.dirname, '..', FILE), join(import.meta.dirname, FILE));
