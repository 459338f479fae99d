import type { Journal, JournalData } from "../journal/journal.ts";

/**
 * `journal.act` for acts that undo: they are done even when the journal cannot be written (a full disk), because a journal that ends before them
 * says the same to a recovery: undo.
 */
export async function undoing<T>(
  journal: Journal,
  step: string,
  intent: JournalData,
  act: () => Promise<T>,
  outcome?: (result: T) => JournalData,
): Promise<T> {
  let result: { value: T } | undefined;
  let failed = false;
  const once = async () => {
    try {
      const value = await act();
      result = { value };
      return value;
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  try {
    return await journal.act(step, intent, once, outcome);
  } catch (error) {
    if (failed) throw error;
    return result ? result.value : once();
  }
}
