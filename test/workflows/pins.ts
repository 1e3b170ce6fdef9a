/** Pure: lines of a workflow that use an action by anything but a commit, or do not say which version that is. */
export function unpinned(workflow: string): string[] {
  return workflow
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(- )?uses:/.test(line))
    .filter((line) => !/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line));
}
