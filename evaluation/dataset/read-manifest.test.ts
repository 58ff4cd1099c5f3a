import { expect, test } from 'vitest';
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import { readManifest } from './read-manifest.ts';
import { writeManifest } from './write-manifest.ts';

test('percents become grades as SCQM does', () => {
  const { films, problems } = readManifest(
    'image,patient,hand,mcp1_percent,mcp2_percent,mcp3_percent,mcp4_percent\na.png,p1,left,0,20,25,85\n',
  );
  expect(problems).toEqual([]);
  expect(films[0]!.gradings.reader).toEqual({
    mcp1: { grade: 0, percent: 0 },
    mcp2: { grade: 1, percent: 20 },
    mcp3: { grade: 2, percent: 25 },
    mcp4: { grade: 5, percent: 85 },
  });
});

test('rows of several readers are one film with several gradings', () => {
  const { films, readers, problems } = readManifest(
    `image,patient,hand,date,reader,mcp1_x,mcp1_y,mcp1_grade,pip5_grade
a.png,p1,left,2024-02-29,anna,10,20,1,absent
a.png,p1,,,bert,,,2,
b.png,p2,right,2025-01-01,bert,,,0,0
`,
  );
  expect(problems).toEqual([]);
  expect(readers).toEqual(['anna', 'bert']);
  expect(films).toHaveLength(2);
  expect(films[0]).toMatchObject({
    bodyPart: 'left-hand',
    date: '2024-02-29',
    positions: { mcp1: { x: 10, y: 20 } },
    absent: ['pip5'],
    gradings: { anna: { mcp1: { grade: 1 } }, bert: { mcp1: { grade: 2 } } },
  });
  expect(films[1]!.bodyPart).toBe('right-hand');
});

test('all that is wrong is said at once, with the line it stands on', () => {
  const { problems } = readManifest(
    `image,patient,hand,date,spacing_mm,reader,mcp1_x,mcp1_y,mcp1_grade,mcp1_percent,"#note"
a.png,,left,2024-02-30,0.1,anna,5,,7,,"two
lines"
,p2,up,,x,anna,,,1,90,
a.png,p1,right,,,anna,,,1,,
short,row
b.png,p9,,,,,,,absent,12,
`,
  );
  expect(problems).toEqual([
    'line 2: patient: is empty',
    'line 2: date: “2024-02-30” is not a date as 2026-03-31',
    'line 2: mcp1: x and y come together',
    'line 2: mcp1_grade: “7” is not a Ratingen grade, 0 to 5, or “absent”',
    'line 4: image: is empty',
    'line 4: hand: “up” is none of left, right',
    'line 4: spacing_mm: “x” is not millimetres per pixel, 0.005 to 5',
    'line 4: mcp1: grade 1 is not that of 90 %, which is 5',
    'line 5: patient: is p1 here and empty on line 2',
    'line 5: hand: is right here and left on line 2',
    'line 6: 2 cells where the header has 11',
    'line 7: neither hand nor body_part is given',
    'line 7: mcp1: is absent, and yet 12 % eroded',
  ]);
});

test('a header that is nearly right is told what it meant', () => {
  const { problems } = readManifest('Image,patient,hand,MCP1-grade,age\n');
  expect(problems).toEqual([
    'line 1: there is no column “image”',
    'line 1: column “Image” is not known: “image” is; columns of your own start with #',
    'line 1: column “MCP1-grade” is not known: “mcp1_grade” is; columns of your own start with #',
    'line 1: column “age” is not known; columns of your own start with #',
  ]);
});

test('a spreadsheet that was exported with semicolons is told so', () => {
  expect(readManifest('image;patient;hand\na.png;p1;left\n').problems).toEqual([
    'line 1: columns are separated by commas, not by semicolons or tabs: export it again as CSV',
  ]);
});

test('a quote that is never closed is found, not the rest of the file lost', () => {
  const { problems } = readManifest('image,patient,hand\na.png,p1,left\n"b.png,p2,left\nc.png,p3,left\n');
  expect(problems).toEqual(['line 3: a quote is opened here or later and never closed']);
});

test('a last line without its end is a row like any other', () => {
  expect(readManifest('image,patient,hand\na.png,p1,left\nb.png,p1,left').films).toHaveLength(2);
});

test('what is written is read back the same', () => {
  const position = { x: 12.5, y: 40.25 };
  const film = {
    image: 'films/a, "b".png',
    patient: 'p1',
    hand: 'left' as const,
    date: '2025-06-01',
    bodyPart: 'left-hand' as const,
    turnedClockwiseDeg: 90 as const,
    inverted: true,
    spacingMm: 0.2,
    positions: Object.fromEntries(JOINT_NAMES.map((joint) => [joint, position])),
    absent: ['pip5' as const],
    gradings: { anna: { mcp1: { grade: 1, percent: 15 } }, bert: { mcp1: { grade: 0 } } },
  };
  const { films, readers, simulated, problems } = readManifest(writeManifest([film], true));
  expect({ problems, readers, simulated }).toEqual({
    problems: [],
    readers: ['anna', 'bert'],
    simulated: true,
  });
  const { line: _, ...again } = films[0]!;
  expect(again).toEqual(film);
});
