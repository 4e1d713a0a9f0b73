// SPDX-License-Identifier: Apache-2.0
//
// Runs the targets that need no sockets, in a process of its own, so that a hang can be seen and a crash survived. Before
// each input it writes its number to a file; what it finds it tells. Arguments: seed, first number, seconds, file; then
// optionally files of the corpus, which are run instead.
import { readFileSync, writeSync, openSync } from 'node:fs';
import { decoderTargets } from './decoder-targets.ts';
import { ImportTarget } from './import-target.ts';
import { StoreTargets } from './store-target.ts';
import { inputAt, inputOf, toEntry, type CorpusEntry, type Input, type Target } from './target.ts';

const [seedText = '0', firstText = '0', secondsText = '1', progressFile = '', ...corpus] = process.argv.slice(2);
const seed = Number(seedText);
const counts: Record<string, number> = {};
const progress = openSync(progressFile, 'w');
const store = await StoreTargets.open();
const importing = new ImportTarget();
const targets: readonly Target[] = [...decoderTargets, importing, ...store.targets];

process.on('unhandledRejection', (reason) => tell('unhandled rejection', reason, ''));

function tell(target: string, error: unknown, input: Input): void {
  const note = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.send?.({ kind: 'finding', entry: toEntry(target, note, input) });
}

async function run(target: Target, input: Input): Promise<void> {
  counts[target.name] = (counts[target.name] ?? 0) + 1;
  try {
    await target.run(input);
  } catch (error) {
    tell(target.name, error, input);
  }
}

if (corpus.length > 0) {
  for (const file of corpus) {
    const entry = JSON.parse(readFileSync(file, 'utf8')) as CorpusEntry;
    const target = targets.find(({ name }) => name === entry.target);
    writeSync(progress, file.padEnd(300), 0);
    if (target !== undefined) {
      await run(target, inputOf(entry));
    }
  }
} else {
  const end = performance.now() + Number(secondsText) * 1000;
  for (let index = Number(firstText); performance.now() < end; index += 1) {
    const target = targets[index % targets.length];
    if (target !== undefined) {
      writeSync(progress, `${String(index)} ${target.name}`.padEnd(100), 0);
      await run(target, inputAt(target, seed, index));
    }
  }
}
writeSync(progress, 'closing'.padEnd(300), 0);
await store.close();
importing.close();
process.send?.({ kind: 'done', counts, maxRssMegabytes: process.resourceUsage().maxRSS / 1024 });
process.disconnect();
