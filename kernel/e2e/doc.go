// Package e2e tests the kernel with real peers: JupyterLab in a browser, nbclient, nbconvert, jupyter_client, jupyter_kernel_test.
//
// It holds tests only. Most need a Python environment with .ci/requirements.txt,
// whose folder of programs is named by GOMRI_JUPYTER (or is where .ci/run puts it), and
// Chromium. Where these are missing each test is skipped with its reason, except
// with CI=true, where it fails. With GOMRI_SCREENSHOTS set to a folder, the pictures of
// what the browser showed are written there, those of a learner's session among them.
package e2e
