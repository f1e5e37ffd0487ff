/** Octets of a download by `fetch`, which the program itself gives up after so many ms of silence: fetch has no option for that. */
export async function download(uri, silence) {
  let octets = 0;
  let state = 'done';
  const { body } = await fetch(uri);
  const reader = body.getReader();
  const giveUp = () => {
    state = 'stalled';
    void reader.cancel();
  };
  for (;;) {
    const timer = setTimeout(giveUp, silence);
    const { done, value } = await reader.read();
    clearTimeout(timer);
    if (done) return { octets, state };
    octets += value.length;
  }
}
