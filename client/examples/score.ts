import { readFileSync } from 'node:fs';
import { connectScoring, jointName, score } from '@deepxray/client';

const [address = 'localhost:50051', film = 'hand.png'] = process.argv.slice(2);
const client = connectScoring(address);
const { joints } = await score(client, { xray: readFileSync(film) }, { deadlineMs: 10_000 });
for (const { joint, result } of joints)
  console.log(jointName(joint), result?.$case === 'scored' ? result.value.score : 'missing');
client.close();
