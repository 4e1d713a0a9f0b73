// SPDX-License-Identifier: Apache-2.0
//
// Strange input for every decoder and every endpoint: no crash, no hang, no answer that is none of the protocol's, and
// nothing acknowledged that is not stored as it was sent. TRACEWELL_FUZZ_SECONDS says for how long, TRACEWELL_FUZZ_SEED
// from where; each finding is an input of the corpus, with its number. The corpus is run first, always.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleProcess } from '../support/bundle-process.ts';
import { startTracewell } from '../support/tracewell-process.ts';
import { endpointInput, endpointName, type EndpointInput } from './endpoint-inputs.ts';
import { Endpoints } from './endpoints.ts';
import { Chance } from './random.ts';
import { asText, inputOf, toEntry, type CorpusEntry } from './target.ts';

const seconds = Number(process.env['TRACEWELL_FUZZ_SECONDS'] ?? (process.env['CI'] === undefined ? 10 : 60));
const seed = Number(process.env['TRACEWELL_FUZZ_SEED'] ?? Date.now() % 1_000_000);
/** Where findings are written as files of the corpus; a temporary folder if nothing is said. */
const keep = process.env['TRACEWELL_FUZZ_KEEP'];
const corpusFolder = path.resolve('tests/fuzz/corpus');
/** One input may take this long on a busy machine; a hang takes for ever. */
const hangMs = 30_000;
const maxMegabytes = 1500;
/** After so many findings there is enough to do. */
const maxFindings = 20;
const endpointTarget = 'endpoints';
/** A line of a log that only a bug writes. */
const bugInLog = /unhandled|TypeError|RangeError|Maximum call stack|FATAL Error|INTERNAL Error/i;

let folder: string;
let bundle: string;
const corpus = readdirSync(corpusFolder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({
    file: path.join(corpusFolder, name),
    entry: JSON.parse(readFileSync(path.join(corpusFolder, name), 'utf8')) as CorpusEntry,
  }));

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-fuzz-'));
  bundle = bundleProcess('tests/fuzz/fuzz-process.ts');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(bundle, { force: true });
});

/** Findings by what went wrong, so that a thousand inputs with one cause are one. */
class Findings {
  private readonly byCause = new Map<string, string>();

  add(entry: CorpusEntry): void {
    const cause = `${entry.target}: ${entry.note
      .split('\n')
      .slice(0, 2)
      .join(' ')
      .replaceAll(/\d+|[0-9a-f]{8,}/g, '#')
      .slice(0, 160)}`;
    if (!this.byCause.has(cause)) {
      const file = path.join(
        keep ?? tmpdir(),
        `tracewell-finding-${String(seed)}-${entry.target.replaceAll(/\W+/g, '-')}-${String(this.byCause.size)}.json`
      );
      writeFileSync(file, `${JSON.stringify(entry, undefined, 2)}\n`);
      this.byCause.set(cause, `${entry.target}: ${entry.note.slice(0, 1000)}\n  input: ${file}`);
    }
  }

  get size(): number {
    return this.byCause.size;
  }

  check(): void {
    expect([...this.byCause.values()].join('\n\n')).toBe('');
  }
}

type Told =
  | { readonly kind: 'finding'; readonly entry: CorpusEntry }
  | { readonly kind: 'done'; readonly counts: Readonly<Record<string, number>>; readonly maxRssMegabytes: number };

/** Runs the decoders in a process; starts another one after a crash or a hang, behind the input that did it. */
async function fuzzDecoders(
  findings: Findings,
  args: readonly string[]
): Promise<{ counts: Readonly<Record<string, number>>; maxRssMegabytes: number }> {
  const progressFile = path.join(folder, 'progress');
  writeFileSync(progressFile, '');
  const child = fork(bundle, [...args.slice(0, 3), progressFile, ...args.slice(3)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--max-old-space-size=600'],
  });
  let counts: Readonly<Record<string, number>> = {};
  let maxRssMegabytes = 0;
  let isDone = false;
  child.on('message', (told: Told) => {
    if (told.kind === 'finding') {
      findings.add(told.entry);
    } else {
      ({ counts, maxRssMegabytes } = told);
      isDone = true;
    }
  });
  let last = '';
  let since = performance.now();
  const watch = setInterval(() => {
    const now = readFileSync(progressFile, 'utf8').trim();
    if (now !== last) {
      last = now;
      since = performance.now();
    } else if (performance.now() - since > hangMs) {
      child.kill('SIGKILL');
    }
  }, 500);
  const ended = await new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(String(signal ?? code)));
  });
  clearInterval(watch);
  if (!isDone) {
    const at = readFileSync(progressFile, 'utf8').trim();
    findings.add(toEntry('process', `ended with ${ended} at input ${at} of seed ${String(seed)}`, at));
  }
  return { counts, maxRssMegabytes };
}

function report(what: string, counts: Readonly<Record<string, number>>): void {
  const sum = Object.values(counts).reduce((all, count) => all + count, 0);
  const each = Object.entries(counts).map(([name, count]) => `${name} ${String(count)}`);
  process.stdout.write(`fuzz, seed ${String(seed)}: ${String(sum)} inputs for ${what}: ${each.join(', ')}\n`);
}

test('what was found once in a decoder stays mended', async () => {
  const findings = new Findings();
  const files = corpus.filter(({ entry }) => entry.target !== endpointTarget).map(({ file }) => file);
  expect(files.length).toBeGreaterThan(0);
  const { counts } = await fuzzDecoders(findings, ['0', '0', '0', ...files]);
  findings.check();
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(files.length);
}, 120_000);

test(
  `decoders, for ${String(seconds / 2)} s`,
  async () => {
    const findings = new Findings();
    const { counts, maxRssMegabytes } = await fuzzDecoders(findings, [String(seed), '0', String(seconds / 2)]);
    report('decoders', counts);
    findings.check();
    expect(maxRssMegabytes).toBeLessThan(maxMegabytes);
  },
  seconds * 1000 + 120_000
);

test(
  `endpoints, for ${String(seconds / 2)} s`,
  async () => {
    const findings = new Findings();
    const counts: Record<string, number> = {};
    const store = await startTracewell(path.join(folder, 'data'), [
      ...['--min-free-disk', '0', '--query-timeout', '5s', '--max-body-bytes', '500kB'],
      ...['--max-decompressed-bytes', '2MB', '--max-query-bytes', '16kB', '--block-spans', '5000'],
    ]);
    const endpoints = new Endpoints(store);
    const run = async (input: EndpointInput, where: string) => {
      try {
        const name = endpointName(input);
        counts[name] = (counts[name] ?? 0) + 1;
        await endpoints.run(input);
      } catch (error) {
        findings.add(toEntry(endpointTarget, `${where}: ${String(error)}`, JSON.stringify(input)));
      }
    };
    for (const { file, entry } of corpus) {
      if (entry.target === endpointTarget) {
        await run(JSON.parse(asText(inputOf(entry))) as EndpointInput, path.basename(file));
      }
    }
    const end = performance.now() + (seconds / 2) * 1000;
    let index = 0;
    const worker = async () => {
      while (performance.now() < end && findings.size < maxFindings) {
        const mine = index;
        index += 1;
        await run(endpointInput(new Chance(seed, mine)), `input ${String(mine)}`);
      }
    };
    await Promise.all(Array.from({ length: 4 }, worker));
    endpoints.close();
    report('endpoints', counts);
    const alive = await fetch(`${store.http}/ready`);
    const megabytes =
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(store.pid)}/status`, 'utf8'))?.[1]) / 1024;
    const code = await store.stop();
    const bugs = store
      .output()
      .split('\n')
      .filter((line) => bugInLog.test(line));
    findings.check();
    expect({ alive: alive.status, code, bugs: bugs.slice(0, 3) }).toEqual({ alive: 200, code: 0, bugs: [] });
    expect(megabytes).toBeLessThan(maxMegabytes);
  },
  seconds * 1000 + 180_000
);
