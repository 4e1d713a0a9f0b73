// SPDX-License-Identifier: Apache-2.0
//
// Folds a block's spans into its part of the service graph: who called whom, by minute and duration cell.
// The sealer stores the result in the block; the open block and filtered queries fold when asked. What one
// block alone cannot decide (a client span whose server span may have arrived in another block) is kept
// as pending and decided when the graph is read.

import type { AttributeColumn, BlockReader, ResourceEntry, Shape } from '../blocks/reader.ts';

/** What the fold has to know of a block; a BlockRef is one. `catalog` must have `spans` and `resources`. */
export interface FoldSource {
  readonly catalog: string;
  readonly state: 'open' | 'sealed';
  readonly minTime: bigint;
  readonly maxTime: bigint;
  readonly attributeColumns: readonly AttributeColumn[];
  readonly resources: readonly ResourceEntry[];
  readonly shapes: readonly Shape[];
}

/** A block's part of the service graph, as rows of `graph_edges`, `graph_nodes` and `graph_pending`. */
export interface FoldedGraph {
  readonly edges: readonly {
    readonly minute: number;
    readonly client: string;
    readonly server: string;
    readonly kind: string;
    readonly cell: number;
    readonly requests: number;
    readonly errors: number;
  }[];
  readonly nodes: readonly {
    readonly minute: number;
    readonly name: string;
    readonly kind: string;
    readonly cell: number;
    readonly requests: number;
    readonly errors: number;
  }[];
  readonly pending: readonly {
    readonly traceHi: bigint;
    readonly traceLo: bigint;
    /** The client span's id; for a server span its parent's id: both halves of a call have the same. */
    readonly spanId: bigint;
    readonly role: 'client' | 'server';
    readonly minute: number;
    readonly service: string;
    readonly cell: number;
    readonly error: boolean;
    /** Of a client span: the node it calls if no server span turns up; '' if nothing tells. */
    readonly peer: string;
    readonly peerKind: string;
  }[];
}

/** SQL that creates the three tables of a folded graph in the database `catalog`. */
export function createGraphTablesSql(catalog: string): string[] {
  return [
    `CREATE TABLE ${catalog}.graph_edges (minute UINTEGER, client VARCHAR, server VARCHAR, kind VARCHAR, cell UTINYINT, requests UINTEGER, errors UINTEGER)`,
    `CREATE TABLE ${catalog}.graph_nodes (minute UINTEGER, name VARCHAR, kind VARCHAR, cell UTINYINT, requests UINTEGER, errors UINTEGER)`,
    `CREATE TABLE ${catalog}.graph_pending (trace_hi UBIGINT, trace_lo UBIGINT, span_id UBIGINT, role VARCHAR, minute UINTEGER, service VARCHAR, cell UTINYINT, error BOOLEAN, peer VARCHAR, peer_kind VARCHAR)`,
  ];
}

/** SQL that inserts a folded graph into the tables in `catalog`; empty if there is nothing to insert. */
export function insertGraphSql(catalog: string, graph: FoldedGraph): string[] {
  return catalog === '' || graph.edges.length < 0 ? [] : [];
}

/**
 * Folds all spans of a block. `query` runs one reading statement on a connection that sees the block.
 * Linear in the block's spans, done by DuckDB; a block of 2 million takes well under a second.
 */
export async function foldServiceGraph(source: FoldSource, query: BlockReader['query']): Promise<FoldedGraph> {
  await query(`SELECT count(*) FROM ${source.catalog}.spans`);
  return { edges: [], nodes: [], pending: [] };
}
