// SPDX-License-Identifier: Apache-2.0
//
// Everything that decodes, without sockets: wire formats, TraceQL, and what a store reads from its own folder.
import {
  countSpans,
  decodeExportJson,
  decodeExportRequest,
  decodeMetricsRequest,
  decodeSearchRequest,
  decodeSpans,
  decodeTagsRequest,
  decodeTagValuesRequest,
  decodeTrace,
  decodeTraceByIdResponse,
  encodeTracesJson,
  WireReader,
} from '@tracewell/protocols';
import {
  compileSearch,
  parseLenient,
  parseQuery,
  printQuery,
  situationAt,
  tokenize,
  validateQuery,
} from '@tracewell/traceql';
import { TraceFilter } from '../../packages/store/src/blocks/bloom.ts';
import { formatManifest, parseManifest } from '../../packages/store/src/blocks/manifest.ts';
import { remainderAttributes, remainderEvents, remainderLinks } from '../../packages/store/src/execute/remainder.ts';
import { planSearch } from '../../packages/store/src/plan/search-plan.ts';
import { formatShape, parseShape } from '../../packages/store/src/schema/shape.ts';
import { splitRequest } from '../../packages/server/src/cli/transfer/split-request.ts';
import { drawQuery, jsonRequestOf, queryOf, requestOf } from './inputs.ts';
import { mutateBytes, mutateProtobuf } from './mutate-bytes.ts';
import { mutateJson, mutateQuery } from './mutate-text.ts';
import { opinionOn } from './otlp-oracle.ts';
import type { Chance } from './random.ts';
import { asBytes, asText, refusing, Violation, type Target } from './target.ts';

const limits = { maxSpans: 1000, maxAttributeBytes: 100_000, maxSpanBytes: 1_000_000 };
const noSink = { beginResource: () => undefined, beginScope: () => undefined, span: () => undefined };
const malformed = ['MalformedRequestError'];

function mutatedRequest(chance: Chance): Uint8Array<ArrayBuffer> {
  return mutateProtobuf(chance, requestOf(chance));
}

/** A plain Error with a sentence is how the store says that a file of its own is damaged; a TypeError is a bug. */
const damaged = ['Error', 'SyntaxError'];

export const decoderTargets: readonly Target[] = [
  {
    name: 'OTLP protobuf',
    make: mutatedRequest,
    run(input) {
      const bytes = asBytes(input);
      const outcome = refusing([...malformed, 'LimitError'], () => decodeExportRequest(bytes, noSink, limits));
      const opinion = opinionOn(bytes);
      if (outcome !== undefined && opinion?.isExact === true) {
        const counted = outcome.accepted + outcome.rejected;
        if (counted !== opinion.spans.length) {
          throw new Violation(`${counted} spans accepted or rejected, protobufjs finds ${opinion.spans.length}`);
        }
      }
    },
  },
  {
    name: 'OTLP JSON',
    make: (chance) => mutateJson(chance, jsonRequestOf(chance)),
    run(input) {
      const bytes = refusing(malformed, () => decodeExportJson(asText(input)));
      if (bytes !== undefined) {
        const outcome = refusing(['LimitError'], () => decodeExportRequest(bytes, noSink, limits));
        const opinion = opinionOn(bytes);
        if (opinion === undefined) {
          throw new Violation('what JSON was turned into cannot be decoded by protobufjs');
        }
        if (outcome !== undefined && outcome.accepted + outcome.rejected !== opinion.spans.length) {
          throw new Violation('what JSON was turned into has other spans for protobufjs');
        }
      }
    },
  },
  {
    name: 'OTLP trace',
    make: mutatedRequest,
    run(input) {
      const bytes = asBytes(input);
      refusing(malformed, () => decodeSpans(bytes));
      refusing(malformed, () => decodeTrace(bytes).length);
      refusing(malformed, () => encodeTracesJson(bytes, 'jsonpb'));
    },
  },
  {
    name: 'Tempo messages',
    make: mutatedRequest,
    run(input) {
      const bytes = asBytes(input);
      for (const decode of [
        decodeSearchRequest,
        decodeTagsRequest,
        decodeTagValuesRequest,
        decodeMetricsRequest,
        decodeTraceByIdResponse,
      ]) {
        refusing(malformed, () => decode(bytes));
      }
    },
  },
  {
    name: 'TraceQL',
    make: (chance) => mutateQuery(chance, queryOf(chance)),
    run(input) {
      const text = asText(input);
      const errors = ['TraceQlError'];
      const query = refusing(errors, () => parseQuery(text));
      refusing([], () => parseLenient(text));
      refusing([], () => tokenize(text));
      refusing([], () => [0, Math.floor(text.length / 2), text.length].map((at) => situationAt(text, at)));
      if (query !== undefined) {
        const problems = refusing([], () => validateQuery(query)) ?? [];
        const printed = refusing([], () => printQuery(query)) ?? '';
        const again = refusing(errors, () => printQuery(parseQuery(printed)));
        if (again !== printed) {
          throw new Violation(`printed as ${printed}, which is read as ${again ?? 'nothing'}`);
        }
        refusing([...errors, 'StoreError'], () => planSearch(text));
        if (problems.length === 0) {
          refusing(errors, () => compileSearch(query, text)({ spans: [], parents: [] }));
        }
      }
    },
  },
  {
    name: 'manifest',
    make: (chance) => {
      const entry = { id: '17', spans: 3, traces: 1, bytes: 4096, minTime: 1n, maxTime: 2n };
      const text = formatManifest([
        { ...entry, firstArrival: 1, lastArrival: 2 },
        { ...entry, id: '18', firstArrival: 2, lastArrival: 3 },
      ]);
      // Format 1 had no checksum: there, what is strange is not refused before it is looked at.
      return mutateJson(chance, chance.once(2) ? text : text.replace(/"format": \d+/, '"format": 1'));
    },
    run(input) {
      const manifest = refusing(damaged, () => parseManifest(asText(input)));
      if (
        manifest !== undefined &&
        refusing(damaged, () => parseManifest(formatManifest(manifest.blocks))) === undefined
      ) {
        throw new Violation('a manifest that was read cannot be read when it is written again');
      }
    },
  },
  {
    name: 'shapes',
    make: (chance) =>
      mutateJson(
        chance,
        '{"attributes":[["http.route","string","a3"],["x","kvlist"]],"events":["exception"],"eventKeys":["exception.type"],"linkKeys":[],"links":1,"other":true}'
      ),
    run(input) {
      const shape = refusing(damaged, () => parseShape(1, asText(input)));
      if (shape !== undefined) {
        refusing([], () => formatShape(shape));
      }
    },
  },
  {
    name: 'Bloom filter',
    make: (chance) =>
      mutateBytes(chance, TraceFilter.of(BigUint64Array.of(1n, 5n), BigUint64Array.of(BigInt(chance.next()), 2n)).bits),
    run(input) {
      refusing(damaged, () => new TraceFilter(asBytes(input)).mayContain(1n, 2n));
    },
  },
  {
    name: 'remainder',
    make: mutatedRequest,
    run(input) {
      for (const read of [remainderAttributes, remainderEvents, remainderLinks]) {
        refusing([...malformed, 'Error', 'RangeError'], () => read(asBytes(input)));
      }
    },
  },
  {
    name: 'import in parts',
    make: mutatedRequest,
    run(input) {
      const bytes = asBytes(input);
      const parts = refusing(malformed, () => [...splitRequest(bytes, { maxBytes: 500, maxSpans: 3 })]);
      const opinion = opinionOn(bytes);
      if (parts !== undefined && opinion?.isExact === true) {
        const spans = parts.reduce(
          (sum, part) => sum + (refusing(malformed, () => countSpans(new WireReader(part.bytes))) ?? 0),
          0
        );
        if (spans !== opinion.spans.length) {
          throw new Violation(`${spans} spans in the parts, protobufjs finds ${opinion.spans.length} in the whole`);
        }
      }
    },
  },
  {
    name: 'queries as they are',
    make: drawQuery,
    run(input) {
      refusing([], () => printQuery(parseQuery(asText(input))));
    },
  },
];
