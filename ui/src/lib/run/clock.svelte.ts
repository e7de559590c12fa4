/** How often live clocks move, in milliseconds. */
const STEP = 100;

/** One shared clock for everything that counts live. It stands still while nobody needs it. */
class Clock {
  /** `performance.now()` of the last step. */
  now = $state(0);
  #users = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Keeps the clock moving until the returned function is called. */
  run(): () => void {
    this.now = performance.now();
    this.#users += 1;
    this.#timer ??= setInterval(() => (this.now = performance.now()), STEP);
    let used = true;
    return () => {
      if (!used) return;
      used = false;
      this.#users -= 1;
      if (this.#users === 0) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      }
    };
  }
}

export const clock = new Clock();
