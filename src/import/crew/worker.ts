// A thread of the crew: does jobs on files, one after another, for as long as the process lives.
import { parentPort } from "node:worker_threads";
import { jobNamed } from "./jobs.ts";
import { toFailure, type Answer, type Order } from "./messages.ts";

parentPort?.on("message", (order: Order) => parentPort?.postMessage(answer(order)));

function answer({ job, common, items }: Order): Answer {
  try {
    return { results: jobNamed(job).run(common, items) };
  } catch (error) {
    return { failure: toFailure(error) };
  }
}
