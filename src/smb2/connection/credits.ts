import { malformed } from "../failures.ts";
import type { ResyncError } from "../../errors.ts";

/** Credits that are worth keeping; a server that grants more gives them in vain. */
const LARGEST_ACCOUNT = 8192;

/** The client's account of what it may ask (MS-SMB2 3.2.4.1.2): each request costs credits, each answer grants some. */
export interface Credits {
  /** Credits free and on loan together. */
  readonly owned: number;
  /**
   * Takes `wanted` credits, or fewer (at least one) when the server grants no more than that; waits its turn until then. Rejects when
   * the server grants none at all, and with the error given to `fail`.
   */
  take(wanted: number): Promise<number>;
  /** Takes `wanted` credits if they are free and nobody waits for some. */
  takeNow(wanted: number): boolean;
  /** Gives back what was taken and not used. */
  giveBack(count: number): void;
  /** An answer to a request that had cost `charge` came. */
  settle(charge: number): void;
  /** An answer, also an interim one, granted `count`. */
  grant(count: number): void;
  /** Ends all waiting. */
  fail(error: ResyncError): void;
}

interface Waiter {
  readonly wanted: number;
  readonly resolve: (taken: number) => void;
  readonly reject: (error: ResyncError) => void;
}

/** An account with the one credit that each connection starts with. */
export function creditAccount(): Credits {
  const queue: Waiter[] = [];
  let free = 1;
  let onLoan = 0;
  let failure: ResyncError | undefined;

  const serve = (): void => {
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      if (free < head.wanted && onLoan > 0) return;
      queue.shift();
      if (free === 0) {
        head.reject(malformed("it grants no credits, so that nothing can be asked any more"));
        continue;
      }
      const taken = Math.min(head.wanted, free);
      free -= taken;
      onLoan += taken;
      head.resolve(taken);
    }
  };

  return {
    get owned() {
      return free + onLoan;
    },
    take: async (wanted) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        queue.push({ wanted, resolve, reject });
        serve();
      }),
    takeNow: (wanted) => {
      if (failure !== undefined || queue.length > 0 || free < wanted) return false;
      free -= wanted;
      onLoan += wanted;
      return true;
    },
    giveBack: (count) => {
      onLoan -= count;
      free += count;
      serve();
    },
    settle: (charge) => {
      onLoan -= charge;
      serve();
    },
    grant: (count) => {
      free = Math.min(free + count, LARGEST_ACCOUNT);
      serve();
    },
    fail: (error) => {
      failure = error;
      for (const waiter of queue.splice(0)) waiter.reject(error);
    },
  };
}
