"""A small valid bundle that a test breaks in one place."""

from textwrap import dedent

from .reading import Bundle

FILES = {
    "databricks.yml": """
        bundle: { name: toy, engine: direct }
        include: [resources/*.yml]
        sync: { exclude: [src/local_workspace/**, tests/**] }
        variables:
          catalog: { description: where tables live }
          size: { default: "1" }
          notify: { default: me }
          pause: { default: PAUSED }
        targets:
          dev: { mode: development }
          prod:
            mode: production
            git: { branch: main }
            bundle: { deployment: { fail_on_active_runs: true } }
            variables: { pause: UNPAUSED }
            workspace: { root_path: "/Workspace/Deployments/toy/${bundle.target}" }
            run_as: { service_principal_name: me }
            permissions: [{ level: CAN_VIEW, group_name: users }]
        """,
    "resources/compute.yml": """
        targets:
          dev: &serverless
            resources:
              jobs:
                loop:
                  environments:
                    - environment_key: default
                      spec: { environment_version: "5", dependencies: ["-r ../requirements.txt"] }
                  tasks: [{ task_key: first, environment_key: default }, { task_key: last, environment_key: default }]
          prod: *serverless
        """,
    "resources/loop.job.yml": """
        resources:
          jobs:
            loop:
              name: "${bundle.name}: loop [${bundle.target}]"
              description: a loop
              max_concurrent_runs: 1
              queue: { enabled: true }
              timeout_seconds: 60
              email_notifications: { on_failure: ["${var.notify}"] }
              parameters: [{ name: month, default: "${var.size}" }]
              tasks:
                - task_key: first
                  timeout_seconds: 60
                  notebook_task: { notebook_path: ../notebooks/first.py }
                - task_key: last
                  depends_on: [{ task_key: first }]
                  timeout_seconds: 60
                  notebook_task:
                    notebook_path: ../notebooks/last.py
                    base_parameters: { count: "{{tasks.first.values.count}}" }
        """,
    "resources/daily.job.yml": """
        resources:
          jobs:
            daily:
              name: "${bundle.name}: daily [${bundle.target}]"
              description: the loop for every month
              max_concurrent_runs: 1
              queue: { enabled: true }
              timeout_seconds: 60
              schedule: { quartz_cron_expression: "0 0 6 * * ?", timezone_id: UTC, pause_status: "${var.pause}" }
              parameters: [{ name: months, default: "[1, 2]" }]
              tasks:
                - task_key: months
                  for_each_task:
                    inputs: "{{job.parameters.months}}"
                    task:
                      task_key: month
                      run_job_task: { job_id: "${resources.jobs.loop.id}", job_parameters: { month: "{{input}}" } }
        """,
    "resources/home.schema.yml": """
        resources:
          schemas:
            home:
              catalog_name: ${var.catalog}
              name: home_${bundle.target}
              grants: [{ principal: users, privileges: [SELECT] }]
        targets:
          prod:
            resources: { schemas: { home: { lifecycle: { prevent_destroy: true } } } }
        """,
    "notebooks/first.py": """
        # Databricks notebook source
        dbutils.widgets.text("month", "")
        dbutils.jobs.taskValues.set(key="count", value="1")
        """,
    "notebooks/last.py": """
        # Databricks notebook source
        dbutils.widgets.text("month", "")
        dbutils.widgets.text("count", "")
        """,
    "requirements.txt": "",
    "specs/toy.yml": "model: toy",
    "src/retraining/open_stage.py": "",
    "src/local_workspace/run/runner.py": "",
    "tests/test_toy.py": "",
}


class Toy:
    def __init__(self, folder):
        self.folder = folder
        for name, text in FILES.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text).lstrip())

    def edit(self, name, old, new):
        """Replace old in one file, and read the bundle again."""
        file = self.folder / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        return self.read()

    def read(self):
        return Bundle(self.folder)
