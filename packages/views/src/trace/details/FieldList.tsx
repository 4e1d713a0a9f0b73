// SPDX-License-Identifier: Apache-2.0
//
// Names and values of fields that cannot be filtered by; empty ones are left out.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';

export interface Field {
  readonly name: string;
  readonly value: string;
  /** Shown on hover: the exact value. */
  readonly hover?: string;
  readonly copy?: boolean;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    list: css({
      display: 'grid',
      gridTemplateColumns: 'minmax(110px, 38%) 1fr',
      margin: 0,
      '& dt, & dd': {
        minHeight: 22,
        lineHeight: '22px',
        margin: 0,
        borderBottom: `1px solid ${theme.colors.border.weak}`,
        overflowWrap: 'anywhere',
      },
      '& dt': { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
      '& dd': { display: 'flex', alignItems: 'center', justifyContent: 'space-between' },
    }),
  };
}

/** A list of fields. */
export function FieldList({ fields }: { readonly fields: readonly Field[] }) {
  const styles = useStyles2(getStyles);
  const shown = fields.filter((field) => field.value !== '');
  if (shown.length === 0) return null;
  return (
    <dl className={styles.list}>
      {shown.map((field) => [
        <dt key={`${field.name} name`}>{field.name}</dt>,
        <dd key={field.name} title={field.hover}>
          <span>{field.value}</span>
          {field.copy === true && (
            <ClipboardButton
              icon="copy"
              size="sm"
              fill="text"
              variant="secondary"
              aria-label={`Copy ${field.name}`}
              getText={() => field.value}
            />
          )}
        </dd>,
      ])}
    </dl>
  );
}
