/** @file The card of a model: the README.md that Hugging Face shows of a folder. */

import { methodNamed } from '../../methods/index.js';
import { sizesWord } from '../groups.js';
import type { TrainedRun } from '../trained.js';
import { exportedGroups, fileColumns, percent, probabilityWords, valueDocs } from './export-description.js';
import { fileShape } from './transformation.js';

/** The card: what the model is, its groups with their sizes, its files, and how they are used. */
export function modelCard(trained: TrainedRun): string {
  const { run, step, inference } = trained;
  const { title, source, supervision } = methodNamed(run.method);
  const { dataset } = run;
  const size = dataset.shape.join(' x ');
  const assigns = inference.assigns && inference.prior.components > 1;
  const probed = run.probes === undefined ? ' without labels' : ' with probes, marked examples of its groups';
  const labels = supervision === undefined ? probed : '';
  const sorts = assigns ? ` It sorts samples into ${inference.prior.components} groups.` : '';
  const sections = [
    frontMatter(run.method),
    `# ${title} on ${dataset.name}`,
    `A generative model of ${dataset.name} (${dataset.count} samples of ${size}), trained by Mixtura for ${step} steps${labels}.${sorts}`,
    `Method: ${source}`,
    ...(assigns ? [groupTable(trained)] : []),
    fileList(trained),
    ...(inference.assigns ? [python(trained), javascript(trained)] : []),
    '## Limits',
    `Probabilities: ${probabilityWords(inference)}. A sample unlike all others gets an ordinary one.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function frontMatter(method: string): string {
  const tags = [
    'mixtura',
    'onnx',
    'clustering',
    'gan',
    /^[\w-]+$/.test(method) ? method : JSON.stringify(method),
  ];
  return ['---', 'library_name: mixtura', 'tags:', ...tags.map((tag) => `- ${tag}`), '---'].join('\n');
}

function groupTable(trained: TrainedRun): string {
  const rows = exportedGroups(trained).map(
    ({ group, name, size }) => `| ${group} | ${escaped(name ?? '')} | ${percent(size)} |`,
  );
  return [
    '## Groups',
    '',
    `| group | name | ${sizesWord(trained.run)} size |`,
    '| ---: | --- | ---: |',
    ...rows,
  ].join('\n');
}

/** Text that stays in its cell of a table. */
function escaped(text: string): string {
  return text.replace(/[\\|<>]/g, '\\$&').replace(/\s+/g, ' ');
}

function fileList(trained: TrainedRun): string {
  const { inputs, outputs } = valueDocs(trained);
  const lines = [
    `- \`generator.onnx\`: \`latent\` ${inputs.latent}; \`samples\` ${outputs.samples}`,
    `- \`encoder.onnx\`: \`samples\` ${inputs.samples}; \`features\` ${outputs.features}`,
    ...(outputs.probabilities === undefined
      ? []
      : [`- \`assign.onnx\`: \`samples\` as above; \`probabilities\` ${outputs.probabilities}`]),
    '- `mixture.json`: the groups, the Gaussian of each, and the columns of the data',
    '- `model.safetensors`: the weights alone; `config.json`: the settings of the run',
  ];
  return ['## Files', '', ...lines].join('\n');
}

function python({ run: { dataset } }: TrainedRun): string {
  const row = fileShape(dataset).join(', ');
  const columns = fileColumns(dataset) ? ', columns as in mixture.json' : '';
  return `## Use in Python

\`pip install onnxruntime numpy\`

\`\`\`python
import numpy as np, onnxruntime as ort

rows = np.zeros((5, ${row}), np.float32)  # your data, as its file has them${columns}
assign = ort.InferenceSession("assign.onnx")
group = assign.run(["probabilities"], {"samples": rows})[0].argmax(1) + 1
\`\`\``;
}

function javascript({ run: { dataset } }: TrainedRun): string {
  const shape = fileShape(dataset);
  const size = shape.reduce((product, n) => product * n, 1);
  return `## Use in JavaScript

\`npm install onnxruntime-node\` (in a browser: \`onnxruntime-web\`)

\`\`\`js
import { InferenceSession, Tensor } from 'onnxruntime-node';

const rows = new Float32Array(5 * ${size}); // your data, as its file has them
const session = await InferenceSession.create('assign.onnx');
const { probabilities } = await session.run({ samples: new Tensor('float32', rows, [5, ${shape.join(', ')}]) });
\`\`\``;
}
