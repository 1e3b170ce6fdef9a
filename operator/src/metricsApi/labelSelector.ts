/** Label selectors as they come in a query: `a=b,c in (d,e),!f`. */

type Labels = Record<string, string>;
type Requirement = (labels: Labels) => boolean;

const SET = /^([^\s!=(),]+)\s+(in|notin)\s+\(([^()]*)\)$/;
const EQUALITY = /^([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)$/;
const EXISTS = /^(!?)\s*([^\s!=(),]+)$/;

/**
 * A function that tells whether labels match.
 * @throws SyntaxError when the text is no selector: guessing would count the wrong tasks.
 */
export function parseSelector(text: string): Requirement {
  // Commas inside parentheses belong to a set.
  const parts = text.match(/(?:[^,(]|\([^)]*\))+/g) ?? [];
  const requirements = parts.map((part) => requirement(part.trim()));
  return (labels) => requirements.every((holds) => holds(labels));
}

function requirement(text: string): Requirement {
  const set = SET.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => {
      const value = labels[key];
      const included = value !== undefined && values.includes(value);
      return operator === 'in' ? included : !included;
    };
  }
  const equality = EQUALITY.exec(text);
  if (equality) {
    const [, key = '', operator, value] = equality;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const exists = EXISTS.exec(text);
  if (exists) {
    const [, not, key = ''] = exists;
    return (labels) => (labels[key] !== undefined) === (not !== '!');
  }
  throw new SyntaxError(`"${text}" is not a label selector`);
}
