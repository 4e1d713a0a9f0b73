// SPDX-License-Identifier: Apache-2.0
//
// What could stand at the caret. The keyboard stays in the text; the list only shows which line it is on.
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useEffect, useRef } from 'react';
import type { Suggestion } from './suggestions.ts';

interface Props {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  readonly chosen: number;
  readonly onAccept: (index: number) => void;
}

export function SuggestionList({ id, suggestions, chosen, onAccept }: Props) {
  const styles = useStyles2(getStyles);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <ul ref={list} id={`${id}-list`} className={styles.list} role="listbox" aria-label="Suggestions">
      {suggestions.map((suggestion, index) => (
        <li
          key={suggestion.label}
          id={`${id}-${String(index)}`}
          role="option"
          aria-selected={index === chosen}
          className={cx(styles.option, index === chosen && styles.chosen)}
          onMouseDown={(event) => {
            // Before the text loses its focus, which would close the list.
            event.preventDefault();
            onAccept(index);
          }}
        >
          <span className={styles.label}>{suggestion.label}</span>
          <span className={styles.detail}>{suggestion.detail}</span>
        </li>
      ))}
    </ul>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    list: css({
      position: 'absolute',
      top: '100%',
      left: 0,
      zIndex: theme.zIndex.dropdown,
      listStyle: 'none',
      margin: theme.spacing(0.5, 0, 0),
      padding: theme.spacing(0.5, 0),
      minWidth: 320,
      maxWidth: '100%',
      maxHeight: 264,
      overflow: 'auto',
      background: theme.colors.background.elevated,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z3,
    }),
    option: css({
      display: 'flex',
      justifyContent: 'space-between',
      gap: theme.spacing(2),
      padding: theme.spacing(0.25, 1),
      cursor: 'pointer',
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
      '&:hover': { background: theme.colors.action.hover },
    }),
    chosen: css({ background: theme.colors.action.selected }),
    label: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
    detail: css({ color: theme.colors.text.secondary, whiteSpace: 'nowrap' }),
  };
}
