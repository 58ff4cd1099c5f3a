import { readFileSync } from 'node:fs';
import { connectScoring, jointName, Metadata } from '@deepxray/client';

const [address = 'localhost:50051', film = 'hand.png'] = process.argv.slice(2);
const client = connectScoring(address);
const deadline = Date.now() + 10_000;
client.score(
  { xray: readFileSync(film), options: undefined },
  new Metadata(),
  { deadline },
  (error, answer) => {
    if (error) throw error;
    for (const { joint, result } of answer.joints)
      console.log(jointName(joint), result?.$case === 'scored' ? result.value.score : 'missing');
    client.close();
  },
);
