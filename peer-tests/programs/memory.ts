/** How much more memory a process has used than when this was made, at most of the times it looked. */
export class Memory {
  private readonly atFirst = Memory.now();
  private readonly most = { rss: 0, inside: 0 };

  private static now(): { rss: number; inside: number } {
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, inside: heapUsed + external };
  }

  /** MiB: of the process, and of what JavaScript holds in its heap and in its buffers. */
  get growth(): { rssMiB: number; insideMiB: number } {
    const { atFirst, most } = this;
    return { rssMiB: toMiB(most.rss - atFirst.rss), insideMiB: toMiB(most.inside - atFirst.inside) };
  }

  look(): void {
    const { rss, inside } = Memory.now();
    this.most.rss = Math.max(this.most.rss, rss);
    this.most.inside = Math.max(this.most.inside, inside);
  }
}

function toMiB(octets: number): number {
  return Math.round(octets / 1_048_576);
}
