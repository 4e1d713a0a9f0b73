// SPDX-License-Identifier: Apache-2.0
//
// Names of attributes after their scope: they run until white space or one of { } ( ) = ~ ! < > & | ^ ,
// and any part may stand in double quotes, in which only \" and \\ are escapes: span."foo bar".

/** Where the name ends, its value, and what is wrong with it, if anything. */
export interface AttributeName {
  readonly end: number;
  readonly name: string;
  readonly problem?: string;
}

const TERMINATORS = new Set('{}()=~!<>&|^,');

/** White space in the sense of Go's `unicode.IsSpace`, which differs from `\s` in two characters. */
export function isSpace(character: string): boolean {
  return character === '\u0085' || (character !== '\ufeff' && /\s/.test(character));
}

/** Scans the name that starts at `start`; an empty name that is not quoted is a problem. */
export function scanAttributeName(text: string, start: number): AttributeName {
  let name = '';
  let index = start;
  let problem: string | undefined;
  while (index < text.length && problem === undefined) {
    const character = text.charAt(index);
    if (character === '"') {
      const quoted = scanQuotedPart(text, index);
      name += quoted.name;
      index = quoted.end;
      problem = quoted.problem;
    } else if (isSpace(character) || TERMINATORS.has(character)) {
      break;
    } else {
      name += character;
      index += 1;
    }
  }
  if (index === start) {
    problem = 'expecting an attribute name';
  }
  return problem === undefined ? { end: index, name } : { end: index, name, problem };
}

/** The name as it can be written after a scope: in quotes, as a whole, only if it must be. */
export function quoteAttributeName(
  name: string,
  position: { readonly unscoped: boolean; readonly parent: boolean }
): string {
  const plain =
    name !== '' &&
    !Array.from(name).some(
      (character) => isSpace(character) || TERMINATORS.has(character) || /["\\]/.test(character)
    ) &&
    // `.5` is a number, and `parent.span.x` is x of the parent's span attributes.
    !(position.unscoped && !position.parent && /^\d/.test(name)) &&
    !(position.unscoped && position.parent && /^(?:span|resource)\./.test(name));
  return plain ? name : `"${name.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}

function scanQuotedPart(text: string, start: number): AttributeName {
  let name = '';
  let index = start + 1;
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === '"') {
      return { end: index + 1, name };
    }
    if (character === '\\') {
      const escaped = text[index + 1];
      if (escaped !== '"' && escaped !== '\\') {
        return { end: index + 1, name, problem: 'invalid escape sequence in attribute name, expecting \\" or \\\\' };
      }
      name += escaped;
      index += 2;
    } else {
      name += character;
      index += 1;
    }
  }
  return { end: index, name, problem: 'quoted attribute name is not terminated, expecting "' };
}
