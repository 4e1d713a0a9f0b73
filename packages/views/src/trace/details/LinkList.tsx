// SPDX-License-Identifier: Apache-2.0
//
// Links of a span to other spans, in this trace or another, and the way back: the search for spans that link here.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { SpanIndex, SpanLink, Trace } from '@tracewell/trace';
import type { Host } from '../../host.ts';
import { AttributeTable } from './AttributeTable.tsx';
import { FieldList } from './FieldList.tsx';

interface LinkListProps {
  readonly host: Host;
  readonly trace: Trace;
  readonly links: readonly SpanLink[];
  readonly onShowSpan: (span: SpanIndex) => void;
  readonly onFilter: (condition: string) => void;
  readonly searchHref: (condition: string) => string;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    link: css({ marginBottom: theme.spacing(1) }),
    // Not TextLink: it needs a router around, which the console does not have.
    out: css({ color: theme.colors.text.link, overflowWrap: 'anywhere', '&:hover': { textDecoration: 'underline' } }),
    here: css({ background: 'none', border: 0, padding: 0, color: theme.colors.text.link }),
  };
}

/** The links as sent. */
export function LinkList({ host, trace, links, onShowSpan, onFilter, searchHref }: LinkListProps) {
  const styles = useStyles2(getStyles);
  return (
    <>
      {links.map((link, index) => {
        const here = link.traceId === trace.traceId ? trace.indexOf(link.spanId) : -1;
        return (
          <div key={index} className={styles.link}>
            {here >= 0 ? (
              <button type="button" className={styles.here} onClick={() => onShowSpan(here)}>
                {trace.serviceNames[trace.services[here] ?? 0]} &rsaquo; {trace.names[here]} in this trace
              </button>
            ) : (
              <a href={host.navigation.href('trace', { id: link.traceId, span: link.spanId })} className={styles.out}>
                Trace {link.traceId}
              </a>
            )}
            <FieldList
              fields={[
                { name: 'Span id', value: link.spanId, copy: true },
                { name: 'Trace state', value: link.traceState },
                { name: 'Flags', value: link.flags === 0 ? '' : `0x${link.flags.toString(16)}` },
                {
                  name: 'Dropped attributes',
                  value: link.droppedAttributesCount === 0 ? '' : String(link.droppedAttributesCount),
                },
              ]}
            />
            <AttributeTable
              attributes={link.attributes}
              scope="link"
              onFilter={onFilter}
              searchHref={searchHref}
              label="Link attributes"
            />
          </div>
        );
      })}
    </>
  );
}
