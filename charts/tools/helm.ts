/** Helm and what checks charts. Each has a go.mod of its own: their dependencies do not fit together. */
import { join } from 'node:path';
import { goTool } from './goTool.ts';

const HERE = import.meta.dirname;
const inOwnFolder = (name: string, module: string) => goTool(name, join(HERE, name), `${module}/cmd/${name}`);

/** Path of the binary, as of the others below. */
export const buildHelm = () => goTool('helm', HERE, 'helm.sh/helm/v3/cmd/helm');

/** Writes a chart's README.md from the comments in its values.yaml. */
export const buildHelmDocs = () => inOwnFolder('helm-docs', 'github.com/norwoodj/helm-docs');

/** Runs the suites in a chart's tests/. */
export const buildHelmUnittest = () => inOwnFolder('helm-unittest', 'github.com/helm-unittest/helm-unittest');

/** Checks objects against JSON schemas. */
export const buildKubeconform = () => inOwnFolder('kubeconform', 'github.com/yannh/kubeconform');

/** Judges workloads. */
export const buildKubeScore = () => inOwnFolder('kube-score', 'github.com/zegl/kube-score');
