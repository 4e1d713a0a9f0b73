// SPDX-License-Identifier: Apache-2.0
//
// The error and warning signs of a row, with the words that say what is wrong.

interface MarkProps {
  readonly kind: 'error' | 'error-below' | 'hint';
  readonly title: string;
  readonly className: string;
}

/** A cross in a circle (error; hollow when it lies below) or a triangle (hint), 12 px, in the text's colour. */
export function Mark({ kind, title, className }: MarkProps) {
  return (
    <svg width="12" height="12" className={className} role="img" aria-label={title}>
      <title>{title}</title>
      {kind === 'hint' ? (
        <path d="M6 1.5L11 10.5H1zM6 4.5v3M6 8.4v1" fill="none" stroke="currentColor" strokeWidth="1.2" />
      ) : (
        <>
          <circle
            cx="6"
            cy="6"
            r="5"
            fill={kind === 'error' ? 'currentColor' : 'none'}
            stroke="currentColor"
            strokeWidth="1.2"
          />
          {kind === 'error' ? (
            <path d="M6 2.8v3.8M6 8v1.3" stroke="Canvas" strokeWidth="1.5" />
          ) : (
            <path d="M6 2.8v3.8M6 8v1.3" stroke="currentColor" strokeWidth="1.2" />
          )}
        </>
      )}
    </svg>
  );
}
