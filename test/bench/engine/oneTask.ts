/** A process of one external task, and how the engine's tables say whether such a task may be worked on. */
import type { AxiosInstance } from 'axios';

/** As in ACT_RU_EXT_TASK.SUSPENSION_STATE_ */
export const ACTIVE = 1;
export const SUSPENDED = 2;

/** Deploys it under this key, with tasks of this topic. */
export async function deployOneTask(http: AxiosInstance, key: string, topic: string): Promise<void> {
  const form = new FormData();
  form.set('deployment-name', key);
  form.set('deploy-changed-only', 'true');
  form.set('process', new Blob([bpmn(key, topic)]), `${key}.bpmn`);
  await http.post('/deployment/create', form);
}

const bpmn = (key: string, topic: string) => `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    id="bench" targetNamespace="http://farerules.dev/bench">
  <process id="${key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <startEvent id="start"/>
    <sequenceFlow id="toTask" sourceRef="start" targetRef="task"/>
    <serviceTask id="task" camunda:type="external" camunda:topic="${topic}"/>
    <sequenceFlow id="toEnd" sourceRef="task" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>`;
