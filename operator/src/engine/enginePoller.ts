/** Asks one engine what its pools want to know, each question once, for as long as anybody listens. */
import { errorMessage } from '../errors.ts';
import { normalURL } from '../pool/engineURL.ts';
import { EngineCaller } from './caller.ts';
import { FilterSupport } from './filters.ts';
import { isBelieved } from './nodes.ts';
import {
  type Engine,
  inFlightQuery,
  pendingQuery,
  type Query,
  type Question,
  questionKey,
} from './question.ts';
import { Rights } from './rights.ts';
import { hurryMs, pauseMs } from './schedule.ts';
import { listingPays, listTopics, type OpenTopics } from './topics.ts';

export interface TaskCounts {
  pending: number;
  inFlight: number;
  /** When the engine was asked, in ms since the epoch. */
  at: number;
}

/** What is known of one question. After a failure the counts are the last ones. */
export interface Knowledge {
  counts?: TaskCounts;
  /** Why the last attempt gave none. */
  failure?: string;
}

interface Asked {
  question: Question;
  listeners: Set<() => void>;
  knowledge: Knowledge;
}

export class EnginePoller {
  private readonly urls: string[];
  private readonly caller: EngineCaller;
  private readonly filters: FilterSupport;
  private readonly rights: Rights;
  private readonly asked = new Map<string, Asked>();
  private timer: NodeJS.Timeout | undefined;
  private lastRound = 0;
  private failures = 0;
  /** Why nothing was answered in the last round. */
  private failure: string | undefined;
  private running = false;
  private hurried = false;
  private stopped = false;
  private listsTopics = true;

  constructor(engine: Engine) {
    this.urls = engine.urls.map(normalURL);
    this.filters = new FilterSupport(async (query) => (await this.caller.count(query)).value);
    this.rights = new Rights(engine.auth && ((query) => this.caller.right(query)));
    this.caller = new EngineCaller(engine, () => {
      this.filters.forget();
      this.rights.forget();
    });
  }

  /** @param listener called whenever the question was asked, answered or not */
  subscribe(question: Question, listener: () => void): void {
    const key = questionKey(question);
    const asked = this.asked.get(key) ?? { question, listeners: new Set(), knowledge: this.unasked() };
    if (!this.asked.has(key)) {
      this.asked.set(key, asked);
      this.hurry();
    }
    asked.listeners.add(listener);
  }

  unsubscribe(question: Question, listener: () => void): void {
    const key = questionKey(question);
    const listeners = this.asked.get(key)?.listeners;
    listeners?.delete(listener);
    if (listeners?.size === 0) this.asked.delete(key);
  }

  knowledge(question: Question): Knowledge {
    return this.asked.get(questionKey(question))?.knowledge ?? {};
  }

  /**
   * URLs of the engine at which this question is not answered, and has not been for long: nothing shows that whoever
   * asks has a share in the tasks there. Empty before the first answer.
   */
  unproven(question: Question): string[] {
    const { counts, failure } = this.knowledge(question);
    if (isBelieved(counts?.at, Date.now())) return this.caller.silent();
    return failure === undefined ? [] : this.urls;
  }

  /** Whether nobody listens any more. */
  get idle(): boolean {
    return this.asked.size === 0;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.caller.close();
  }

  /** While the engine is left alone, a new question need not be asked to know why there is no answer. */
  private unasked(): Knowledge {
    return this.failure === undefined ? {} : { failure: this.failure };
  }

  /** A new question does not wait for the next round, unless the engine is left alone. */
  private hurry(): void {
    if (this.failures > 0 || this.hurried) return;
    this.hurried = true;
    if (!this.running) this.schedule(hurryMs(Date.now() - this.lastRound));
  }

  private schedule(afterMs: number): void {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => void this.round(), afterMs);
  }

  private async round(): Promise<void> {
    const start = Date.now();
    this.lastRound = start;
    this.running = true;
    this.hurried = false;
    const questions = [...this.asked.values()];
    this.caller.startRound();
    this.caller.visitOthers();
    try {
      if (this.failures > 0) await this.caller.probe();
      const topics = await this.openTopics(questions);
      await Promise.all(questions.map((asked) => this.ask(asked, topics)));
    } catch (error) {
      for (const asked of questions) this.learn(asked, { failure: errorMessage(error) });
    }
    this.judge(questions);
    this.running = false;
    const elapsedMs = Date.now() - start;
    const busy = questions.some(hasTasks);
    const soon = this.hurried && this.failures === 0;
    this.schedule(
      soon
        ? hurryMs(elapsedMs)
        : pauseMs({ busy, failures: this.failures, elapsedMs, random: Math.random() }),
    );
  }

  private judge(questions: Asked[]): void {
    // Without a question nothing was asked, which is no failure.
    const answered = this.caller.answered || questions.length === 0;
    this.failures = answered ? 0 : this.failures + 1;
    this.failure = answered ? undefined : questions[0]?.knowledge.failure;
    // It may come back as another version.
    if (!answered) this.listsTopics = true;
  }

  private async openTopics(questions: Asked[]): Promise<OpenTopics | undefined> {
    const idle = questions.filter((asked) => !hasTasks(asked)).length;
    if (!this.listsTopics || !listingPays(idle)) return undefined;
    const topics = await listTopics(this.caller);
    this.listsTopics = topics !== undefined;
    return topics;
  }

  private async ask(asked: Asked, topics: OpenTopics | undefined): Promise<void> {
    const { question } = asked;
    const counted = (list: OpenTopics['waiting'] | undefined, query: () => Query) =>
      list && !list.value.has(question.topic) ? { value: 0, at: list.at } : this.caller.count(query());
    try {
      const [pending, inFlight] = await Promise.all([
        counted(topics?.waiting, () => pendingQuery(question)),
        counted(topics?.locked, () => inFlightQuery(question, Date.now())),
      ]);
      const counts = {
        pending: pending.value,
        inFlight: inFlight.value,
        at: Math.min(pending.at, inFlight.at),
      };
      const objection =
        (await this.rights.objection(question, Date.now())) ??
        (counts.pending + counts.inFlight > 0
          ? await this.filters.objection(question, Date.now())
          : undefined);
      this.learn(asked, objection === undefined ? { counts } : { failure: objection });
    } catch (error) {
      this.learn(asked, { failure: errorMessage(error) });
    }
  }

  /** The last counts outlive a failure; how long they are good for is for the reader to judge. */
  private learn(asked: Asked, news: Knowledge): void {
    const { counts } = asked.knowledge;
    asked.knowledge = { ...(counts && { counts }), ...news };
    if (this.stopped) return;
    for (const listener of asked.listeners) listener();
  }
}

function hasTasks({ knowledge: { counts } }: Asked): boolean {
  return counts !== undefined && counts.pending + counts.inFlight > 0;
}
