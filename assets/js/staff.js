// Shows how far a rebuild of the index is, without reloading; when it has ended, the page is loaded once more.
// Without this script the link "Stand neu laden" does the same.
(() => {
  const box = document.getElementById('fortschritt')
  if (!box) return
  const text = document.getElementById('fortschritt-text')
  const bar = document.getElementById('fortschritt-balken')
  const EVERY = 1000

  async function look () {
    try {
      const answer = await fetch(box.dataset.state, { headers: { Accept: 'application/json' }, redirect: 'error' })
      const job = await answer.json()
      if (String(job.id) !== box.dataset.job || (job.state !== 'queued' && job.state !== 'running')) {
        location.reload()
        return
      }
      const shown = job.step + (job.total ? ` (${job.done} / ${job.total})` : '')
      if (job.step && text.textContent !== shown) text.textContent = shown
      if (job.total) {
        bar.max = job.total
        bar.value = job.done
      }
    } catch {
      return // logged out, or the service is restarting: the link remains
    }
    setTimeout(look, EVERY)
  }
  setTimeout(look, EVERY)
})()
