// Runs commands of the built command line one after another in this process, which has read its modules once: most of what a
// short command takes is reading them. What a command writes and its exit code go back to the parent.
let count = 0;

process.on('disconnect', () => process.exit());
process.on('message', async ({ main, args, cwd, environment }) => {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    process[name].removeAllListeners('error'); // each command adds its own
    process[name].write = (text) => {
      written[name] += text;
      return true;
    };
  }
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(cwd);
  process.argv = [process.execPath, main, ...args];
  process.exitCode = 0;
  await import(`file://${main}?command=${count++}`);
  process.send({ ...written, code: process.exitCode, signal: null });
});
