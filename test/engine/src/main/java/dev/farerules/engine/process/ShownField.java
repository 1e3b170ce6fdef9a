package dev.farerules.engine.process;

import java.util.Map;
import org.camunda.bpm.engine.impl.cfg.AbstractProcessEnginePlugin;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.cfg.ProcessEnginePlugin;
import org.camunda.bpm.engine.impl.form.validator.FormFieldValidator;
import org.camunda.bpm.engine.impl.form.validator.FormFieldValidatorContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A form field that is only shown may be sent back as it was. Tasklist sends an empty text for one
 * whose variable is not there, which the engine's own check of "readonly" refuses: where the model
 * made no error, nobody could complete a review in a browser.
 */
public class ShownField implements FormFieldValidator {

  @Override
  public boolean validate(Object submitted, FormFieldValidatorContext context) {
    String name = context.getFormFieldHandler().getId();
    return unchanged(submitted, context.getVariableScope().getVariable(name));
  }

  static boolean unchanged(Object submitted, Object current) {
    if (submitted == null || submitted.equals(current)) return true;
    return "".equals(submitted) && current == null;
  }

  @Configuration
  static class Registration {
    @Bean
    ProcessEnginePlugin shownFields() {
      return new AbstractProcessEnginePlugin() {
        @Override
        public void preInit(ProcessEngineConfigurationImpl configuration) {
          configuration.setCustomFormFieldValidators(Map.of("readonly", ShownField.class));
        }
      };
    }
  }
}
