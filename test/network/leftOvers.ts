/** What kube-router leaves in a network when it ends, and how it is taken away. */

const ITS_CHAIN = /KUBE-(ROUTER|POD-FW|NWPLCY)/;
const ITS_SET = /^(KUBE-(SRC|DST)|kube-router)-/;

/**
 * Input of `iptables-restore --noflush` that removes its chains and the jumps to them, all at once, and nothing
 * of anybody else's.
 * @param saved what `iptables-save -t filter` prints
 */
export function withoutItsChains(saved: string): string {
  const lines = saved.split('\n');
  const chains = lines
    .filter((line) => line.startsWith(':') && ITS_CHAIN.test(line))
    .map((line) => line.slice(1).split(' ')[0] ?? '');
  const rules = lines.filter((line) => line.startsWith('-A ') && ITS_CHAIN.test(line));
  const jumps = rules.filter((line) => !chains.includes(line.split(' ')[1] ?? ''));
  return [
    '*filter',
    ...jumps.map((line) => line.replace('-A ', '-D ')),
    // Emptied first: they jump to each other.
    ...chains.map((chain) => `:${chain} - [0:0]`),
    ...chains.map((chain) => `-X ${chain}`),
    'COMMIT',
    '',
  ].join('\n');
}

/** Its sets among those that `ipset list -n` prints. */
export const itsSets = (listed: string): string[] => listed.split('\n').filter((name) => ITS_SET.test(name));
